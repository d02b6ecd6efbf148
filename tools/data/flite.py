"""Speech with exact phone times from the program flite."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from model.audio_file import read_audio

from .cache import SAMPLE_RATE, DataError
from .labels import cover, labels_from_ends, to_phones
from .phones import Phone


class FliteVoice(NamedTuple):
    """A voice of flite: its speaker's sex, and the `shift` in seconds that is added to its labels
    (a constant offset, measured by `tools.data.timing`)."""

    sex: str
    shift: float


# Voices of Debian's flite that report times.
VOICES: dict[str, FliteVoice] = {
    "kal16": FliteVoice("m", 0.004),
    "awb": FliteVoice("m", 0.004),
    "rms": FliteVoice("m", 0.004),
    "slt": FliteVoice("f", 0.009),
}


def speak(
    text: str, name: str, stretch: float = 1.0, pitch: float = 1.0
) -> tuple[np.ndarray, list[Phone]]:
    """Samples [N] float32 at 16 kHz and the phones of `text` by the voice `name` of `VOICES`.

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
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except FileNotFoundError as error:
            raise DataError("flite is not installed; install Debian's package flite.") from error
        except subprocess.CalledProcessError as error:
            raise DataError(f"flite cannot speak {text!r}: {error.stderr.strip()}") from error
        samples = read_audio(sound)
    printed = [pair.rpartition(":") for pair in done.stdout.split()]
    labels = labels_from_ends((symbol, float(end)) for symbol, _, end in printed)
    phones = to_phones(labels, "flite", VOICES[name].shift)
    return samples, cover(phones, len(samples) / SAMPLE_RATE)
