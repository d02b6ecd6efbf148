"""Made-up sounds in files. Needs no Blender."""

import wave
from pathlib import Path

import numpy as np


def tone(seconds: float, rate: int = 16000, pitch: float = 220.0) -> np.ndarray:
    """Samples [N] in -1..1."""
    return 0.3 * np.sin(2 * np.pi * pitch * np.arange(round(seconds * rate)) / rate)


def write_wav(path: Path, samples: np.ndarray, rate: int = 16000) -> Path:
    """A mono 16-bit WAV of samples in -1..1."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def write_hum(path: Path, seconds: float = 0.5, pitch: float = 220.0) -> Path:
    """A WAV of a tone."""
    return write_wav(path, tone(seconds, pitch=pitch))
