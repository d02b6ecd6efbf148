"""The demo's sentence: its recording, and the times of its sounds.

`python -m tools.demo.sentence` makes `sentence.json` and the `sentence.flac` that the extension
ships again; the README beside the latter says whose it is. It needs flite (http://cmuflite.org,
Debian package `flite`), whose voice `rms` speaks, and soundfile. The phone times are the
synthesizer's own, so they are exact.
"""

import json
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

SOUND = Path(__file__).parents[2] / "blender_audio2face" / "demo_head" / "sentence.flac"
LABELS = Path(__file__).with_name("sentence.json")

TEXT = (
    "Meet Audio to Face, for Blender. Pop in a voice, bake, and the mouth moves: "
    "calm, smooth, and free."
)
PRONUNCIATION = (
    ("Meet", "m iy t"), ("Audio", "aa d iy ow"), ("to", "t ax"), ("Face", "f ey s"),
    ("for", "f ao r"), ("Blender", "b l eh n d er"), ("Pop", "p aa p"), ("in", "ih n"),
    ("a", "ax"), ("voice", "v oy s"), ("bake", "b ey k"), ("and", "ae n d"), ("the", "dh ax"),
    ("mouth", "m aw th"), ("moves", "m uw v z"), ("calm", "k aa m"), ("smooth", "s m uw dh"),
    ("and", "ae n d"), ("free", "f r iy"),
)  # fmt: skip
"""What flite says for each word; checked when the recording is made."""

PAUSE = "pau"


class Phone(NamedTuple):
    """One sound of the sentence: ARPAbet name, word it stands in ("" in a pause), seconds."""

    name: str
    word: str
    start: float
    end: float


def read_phones() -> list[Phone]:
    """Return the sentence's sounds from `sentence.json`, in order."""
    return [Phone(*entry) for entry in json.loads(LABELS.read_text("utf-8"))["phones"]]


def parse_phones(listing: str) -> list[Phone]:
    """Return the sounds in what `flite -psdur` prints: `phone:end phone:end ...`.

    Raises ValueError where flite says something other than PRONUNCIATION.
    """
    pairs = [entry.split(":") for entry in listing.split()]
    words = [word for word, sounds in PRONUNCIATION for _ in sounds.split()]
    heard = [name for name, _ in pairs if name != PAUSE]
    if heard != " ".join(sounds for _, sounds in PRONUNCIATION).split():
        raise ValueError(f"flite says {' '.join(heard)}: adapt PRONUNCIATION.")
    phones, start = [], 0.0
    for name, end in pairs:
        phones.append(Phone(name, "" if name == PAUSE else words.pop(0), start, float(end)))
        start = float(end)
    return phones


def main() -> None:
    """Speak TEXT and write the recording and its labels."""
    import soundfile

    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "sentence.wav"
        command = ["flite", "-voice", "rms", "-psdur", "-t", TEXT, "-o", str(wav)]
        listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        samples, rate = soundfile.read(wav, dtype="int16")
    phones = parse_phones(listing)
    soundfile.write(SOUND, samples, rate, subtype="PCM_16")
    labels = {"text": TEXT, "seconds": len(samples) / rate, "phones": phones}
    LABELS.write_text(json.dumps(labels, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
