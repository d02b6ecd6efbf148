"""The demo's sentence: its recording, and the times of its sounds.

`python -m tools.demo.sentence` makes `sentence.json` and the `sentence.flac` that the extension
ships again; the README beside the latter says whose it is. It needs flite (http://cmuflite.org,
Debian package `flite`), whose voice `rms` speaks, and soundfile. The phone times are the
synthesizer's own, so they are exact.
"""

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

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


@dataclass(frozen=True)
class Phone:
    """One sound of the sentence: ARPAbet name, word it stands in ("" in a pause), seconds."""

    name: str
    word: str
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Time halfway through the sound, in seconds."""
        return 0.5 * (self.start + self.end)


def read_phones() -> list[Phone]:
    """Return the sentence's sounds from `sentence.json`, in order."""
    return [Phone(*entry) for entry in json.loads(LABELS.read_text("utf-8"))["phones"]]


def parse_durations(listing: str) -> list[tuple[str, float, float]]:
    """Return (phone, start, end) from what `flite -psdur` prints: `phone:end phone:end ...`."""
    phones, start = [], 0.0
    for entry in listing.split():
        name, end = entry.split(":")
        phones.append((name, start, float(end)))
        start = float(end)
    return phones


def with_words(phones: list[tuple[str, float, float]]) -> list[Phone]:
    """Return the phones with their words; raises ValueError where flite says something else."""
    said = [(word, phone) for word, sounds in PRONUNCIATION for phone in sounds.split()]
    heard = [phone for phone, _, _ in phones if phone != PAUSE]
    if heard != [phone for _, phone in said]:
        raise ValueError(f"flite says {' '.join(heard)}: adapt PRONUNCIATION.")
    words = iter(said)
    return [Phone(p, "" if p == PAUSE else next(words)[0], start, end) for p, start, end in phones]


def main() -> None:
    """Speak TEXT and write the recording and its labels."""
    import soundfile

    with tempfile.TemporaryDirectory() as folder:
        wav = Path(folder) / "sentence.wav"
        command = ["flite", "-voice", "rms", "-psdur", "-t", TEXT, "-o", str(wav)]
        listing = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        samples, rate = soundfile.read(wav, dtype="int16")
    phones = with_words(parse_durations(listing))
    soundfile.write(SOUND, samples, rate, subtype="PCM_16")
    rows = ",\n    ".join(json.dumps([p.name, p.word, p.start, p.end]) for p in phones)
    head = json.dumps({"text": TEXT, "seconds": len(samples) / rate})
    head = head[:-1].replace('", "', '",\n  "')
    LABELS.write_text(f'{{\n  {head[1:]},\n  "phones": [\n    {rows}\n  ]\n}}\n', "utf-8")


if __name__ == "__main__":
    main()
