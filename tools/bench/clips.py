"""Sounds of any length, as artists have them: 48 kHz stereo WAV of speech with pauses.

They are made of the demo's sentence, said at other speeds and levels with pauses between, so that
no two stretches are the same.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr

SENTENCE = Path(__file__).parents[2] / "blender_audio2face" / "demo_head" / "sentence.flac"
RATE = 48000
_SPEEDS = np.linspace(0.88, 1.14, 9)
_LEVELS = (0.25, 1.0)
_PAUSES = (0.2, 1.6)  # seconds
_HISS = 3e-4  # -70 dB: a room is never digitally silent
_BALANCE = 0.8
"""How loud the right channel is beside the left."""


def write_clip(path: Path, seconds: float, seed: int = 0) -> Path:
    """Writes a clip of exactly so many seconds, in pieces; the same seed gives the same file."""
    rng = np.random.default_rng(seed)
    left = round(seconds * RATE)
    with soundfile.SoundFile(str(path), "w", RATE, 2, "PCM_16") as file:
        for piece in _pieces(rng):
            part = piece[:left]
            part = part + _HISS * rng.standard_normal(len(part), np.float32)
            file.write(np.stack([part, _BALANCE * part], axis=1))
            left -= len(part)
            if left == 0:
                return path
    raise AssertionError("pieces never end")


def _pieces(rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Sentences and pauses in turn, float32 [n] at RATE, without end."""
    samples, rate = soundfile.read(str(SENTENCE), dtype="float32")
    said = [soxr.resample(samples, rate * speed, RATE).astype(np.float32) for speed in _SPEEDS]
    while True:
        yield said[rng.integers(len(said))] * np.float32(rng.uniform(*_LEVELS))
        yield np.zeros(round(rng.uniform(*_PAUSES) * RATE), np.float32)
