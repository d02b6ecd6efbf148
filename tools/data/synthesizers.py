"""Speech with exact phone times from the programs flite and festival, with Debian's voices."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.audio_file import read_audio

from .cache import SAMPLE_RATE, DataError
from .labels import Label, cover, to_phones
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
class SynthesizerVoice:
    """A voice: its Debian package, phone alphabet, text encoding, speaker's sex.

    `shift` seconds are added to its labels (measured by `tools.data.timing`).
    """

    package: str
    alphabet: str
    encoding: str
    sex: str
    shift: float = 0.0


_Voice = SynthesizerVoice
FLITE: dict[str, SynthesizerVoice] = {
    "kal16": _Voice("flite", "flite", "utf-8", "m", 0.004),
    "awb": _Voice("flite", "flite", "utf-8", "m", 0.004),
    "rms": _Voice("flite", "flite", "utf-8", "m", 0.004),
    "slt": _Voice("flite", "flite", "utf-8", "f", 0.009),
}
"""The voices that report times."""

FESTIVAL: dict[str, SynthesizerVoice] = {
    "kal_diphone": _Voice("festvox-kallpc16k", "flite", "ascii", "m", 0.009),
    "ked_diphone": _Voice("festvox-kdlpc16k", "flite", "ascii", "m", 0.005),
    "cmu_us_slt_arctic_hts": _Voice("festvox-us-slt-hts", "flite", "ascii", "f", 0.012),
    "czech_krb": _Voice("festvox-czech-krb", "festival-cs", "iso8859-2", "m", 0.006),
    "czech_dita": _Voice("festvox-czech-dita", "festival-cs", "iso8859-2", "f", 0.005),
    "czech_machac": _Voice("festvox-czech-machac", "festival-cs", "iso8859-2", "m", 0.006),
    "czech_ph": _Voice("festvox-czech-ph", "festival-cs", "iso8859-2", "m", 0.006),
    "lp_diphone": _Voice("festvox-italp16k", "festival-it", "iso8859-1", "f"),
    "pc_diphone": _Voice("festvox-itapc16k", "festival-it", "iso8859-1", "m", 0.003),
    "suo_fi_lj_diphone": _Voice("festvox-suopuhe-lj", "festival-fi", "iso8859-1", "f", 0.014),
    "hy_fi_mv_diphone": _Voice("festvox-suopuhe-mv", "festival-fi", "iso8859-1", "m", 0.006),
}


def speak_with_flite(
    text: str, name: str, stretch: float = 1.0, pitch: float = 1.0
) -> tuple[np.ndarray, list[Phone]]:
    """Samples [N] float32 at 16 kHz and the phones of `text` by the voice `name` of `FLITE`.

    `stretch` multiplies the durations, `pitch` the pitch. Raises `DataError`.
    """
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "speech.wav"
        command = [
            "flite", "-voice", name, "-psdur",
            "--setf", f"duration_stretch={stretch:.3f}",
            "--setf", f"f0_shift={pitch:.3f}",
            "-t", text, "-o", str(sound),
        ]  # fmt: skip
        printed = _run(command, sound, repr(text))
        samples = read_audio(sound)
    pairs = [pair.rpartition(":") for pair in printed.decode("utf-8").split()]
    return samples, _phones(pairs, FLITE[name], samples)


def speak_with_festival(
    text: str, name: str, stretch: float = 1.0
) -> tuple[np.ndarray, list[Phone]]:
    """Samples [N] float32 at 16 kHz and the phones of `text` by the voice `name` of `FESTIVAL`.

    `stretch` multiplies the durations. Letters outside the voice's encoding are left out. Raises
    `DataError`, or `phones.UnknownSymbolError` for a sound without a translation.
    """
    voice = FESTIVAL[name]
    with tempfile.TemporaryDirectory() as folder:
        sound, script = Path(folder) / "speech.wav", Path(folder) / "speak.scm"
        plain = text.replace("\\", " ").replace('"', " ")
        lines = _SCRIPT.format(voice=name, stretch=stretch, text=plain, sound=sound)
        script.write_bytes(lines.encode(voice.encoding, "ignore"))
        what = f"{text!r} as {name} (package {voice.package})"
        printed = _run(["festival", "-b", str(script)], sound, what)
        samples = read_audio(sound)
    pairs = [line.rpartition(" ") for line in printed.decode(voice.encoding).splitlines()]
    phones = _phones(pairs, voice, samples)
    if not phones:
        raise DataError(f"festival says nothing for {text!r} as {name}.")
    return samples, phones


def _run(command: list[str], sound: Path, what: str) -> bytes:
    """What the program prints while it writes the sound."""
    program = command[0]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_LONGEST, check=False)
    except FileNotFoundError as error:
        raise DataError(f"{program} is not installed; install Debian's {program}.") from error
    except subprocess.TimeoutExpired as error:
        raise DataError(f"{program} takes too long to speak {what}.") from error
    if done.returncode or not sound.is_file():
        reason = done.stderr.decode("utf-8", "replace").strip()
        raise DataError(f"{program} cannot speak {what}: {reason}")
    return done.stdout


def _phones(
    pairs: list[tuple[str, str, str]], voice: SynthesizerVoice, samples: np.ndarray
) -> list[Phone]:
    labels: list[Label] = []
    for symbol, _, end in pairs:
        labels.append((symbol, labels[-1][2] if labels else 0.0, float(end)))
    phones = to_phones(labels, voice.alphabet, voice.shift)
    return cover(phones, len(samples) / SAMPLE_RATE)
