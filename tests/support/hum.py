"""A short sound for tests of commands."""

import wave
from pathlib import Path

import numpy as np


def write_hum(path: Path, seconds: float = 0.5, pitch: float = 220.0) -> Path:
    """A mono 16-bit WAV of a tone at 16 kHz."""
    tone = 0.3 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * 16000)) / 16000)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((tone * 32767).astype("<i2").tobytes())
    return path
