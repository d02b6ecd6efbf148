"""Speech with exact phone times from the program festival and Debian's voices for it."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.audio_file import read_audio

from .cache import SAMPLE_RATE, DataError
from .labels import cover, labels_from_ends, to_phones
from .phones import Phone

_SCRIPT = """(voice_{voice})
(Parameter.set 'Duration_Stretch {stretch:.3f})
(set! utterance (Utterance Text "{text}"))
(utt.synth utterance)
(utt.save.wave utterance "{sound}" 'riff)
(mapcar
  (lambda (segment) (format t "%s %f\\n" (item.name segment) (item.feat segment "end")))
  (utt.relation.items utterance 'Segment))
"""
_LONGEST = 60.0


@dataclass(frozen=True)
class FestivalVoice:
    """A voice of festival: its Debian package, phone alphabet, text encoding, speaker's sex.

    `shift` seconds are added to its labels (measured by `tools.data.timing`).
    """

    package: str
    alphabet: str
    encoding: str
    sex: str
    shift: float = 0.0


VOICES: dict[str, FestivalVoice] = {
    "kal_diphone": FestivalVoice("festvox-kallpc16k", "flite", "ascii", "m", 0.009),
    "ked_diphone": FestivalVoice("festvox-kdlpc16k", "flite", "ascii", "m", 0.005),
    "cmu_us_slt_arctic_hts": FestivalVoice("festvox-us-slt-hts", "flite", "ascii", "f", 0.012),
    "czech_krb": FestivalVoice("festvox-czech-krb", "festival-cs", "iso8859-2", "m", 0.006),
    "czech_dita": FestivalVoice("festvox-czech-dita", "festival-cs", "iso8859-2", "f", 0.005),
    "czech_machac": FestivalVoice("festvox-czech-machac", "festival-cs", "iso8859-2", "m", 0.006),
    "czech_ph": FestivalVoice("festvox-czech-ph", "festival-cs", "iso8859-2", "m", 0.006),
    "lp_diphone": FestivalVoice("festvox-italp16k", "festival-it", "iso8859-1", "f"),
    "pc_diphone": FestivalVoice("festvox-itapc16k", "festival-it", "iso8859-1", "m", 0.003),
    "suo_fi_lj_diphone": FestivalVoice(
        "festvox-suopuhe-lj", "festival-fi", "iso8859-1", "f", 0.014
    ),
    "hy_fi_mv_diphone": FestivalVoice("festvox-suopuhe-mv", "festival-fi", "iso8859-1", "m", 0.006),
}


def speak(text: str, name: str, stretch: float = 1.0) -> tuple[np.ndarray, list[Phone]]:
    """Samples [N] float32 at 16 kHz and the phones of `text` by the voice `name` of `VOICES`.

    `stretch` multiplies the durations. Letters outside the voice's encoding are left out. Raises
    `DataError`, or `phones.UnknownSymbolError` for a sound without a translation.
    """
    voice = VOICES[name]
    with tempfile.TemporaryDirectory() as folder:
        sound, script = Path(folder) / "speech.wav", Path(folder) / "speak.scm"
        plain = text.replace("\\", " ").replace('"', " ")
        lines = _SCRIPT.format(voice=name, stretch=stretch, text=plain, sound=sound)
        script.write_bytes(lines.encode(voice.encoding, "ignore"))
        try:
            done = subprocess.run(
                ["festival", "-b", str(script)], capture_output=True, timeout=_LONGEST, check=False
            )
        except FileNotFoundError as error:
            raise DataError("festival is not installed; install Debian's festival.") from error
        except subprocess.TimeoutExpired as error:
            raise DataError(f"festival takes too long to speak {text!r}.") from error
        if done.returncode or not sound.is_file():
            reason = done.stderr.decode("utf-8", "replace").strip()
            raise DataError(
                f"festival cannot speak {text!r} as {name} (package {voice.package}): {reason}"
            )
        samples = read_audio(sound)
    printed = [line.rpartition(" ") for line in done.stdout.decode(voice.encoding).splitlines()]
    labels = labels_from_ends((symbol, float(end)) for symbol, _, end in printed)
    phones = to_phones(labels, voice.alphabet, voice.shift)
    phones = cover(phones, len(samples) / SAMPLE_RATE)
    if not phones:
        raise DataError(f"festival says nothing for {text!r} as {name}.")
    return samples, phones
