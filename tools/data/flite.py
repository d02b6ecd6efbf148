"""Speech with exact phone times from the program flite."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .cache import SAMPLE_RATE
from .corpora import read_16k
from .labels import cover, from_ends, to_phones
from .phones import Phone

# Voices of Debian's flite that report times, and their speakers' sex.
VOICES: dict[str, str] = {"kal16": "m", "awb": "m", "rms": "m", "slt": "f"}


class FliteError(RuntimeError):
    """flite is not installed or cannot speak a text."""


@dataclass(frozen=True)
class FliteManner:
    """How a text is spoken: the voice, its duration and its pitch relative to the usual one."""

    voice: str
    stretch: float = 1.0
    pitch: float = 1.0


def speak(text: str, manner: FliteManner, shift: float = 0.0) -> tuple[np.ndarray, list[Phone]]:
    """Samples [N] float32 at 16 kHz and the phones, moved by `shift` seconds.

    Raises `FliteError`.
    """
    with tempfile.TemporaryDirectory() as folder:
        sound = Path(folder) / "speech.wav"
        command = [
            "flite", "-voice", manner.voice, "-psdur",
            "--setf", f"duration_stretch={manner.stretch:.3f}",
            "--setf", f"f0_shift={manner.pitch:.3f}",
            "-t", text, "-o", str(sound),
        ]  # fmt: skip
        try:
            done = subprocess.run(command, capture_output=True, text=True, check=True)
        except FileNotFoundError as error:
            raise FliteError("flite is not installed; install Debian's package flite.") from error
        except subprocess.CalledProcessError as error:
            raise FliteError(f"flite cannot speak {text!r}: {error.stderr.strip()}") from error
        samples = read_16k(sound)
    phones = to_phones(from_ends(_ends(done.stdout)), "flite", shift)
    return samples, cover(phones, len(samples) / SAMPLE_RATE)


def _ends(printed: str) -> list[tuple[str, float]]:
    """flite prints `phone:end` pairs."""
    pairs = (pair.rpartition(":") for pair in printed.split())
    return [(symbol, float(end)) for symbol, _, end in pairs]
