"""``predict`` with Blender's decoders: it reads the sound of films and AAC too."""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

from ...model.command.console import Console, Outcome
from ...model.command.predict import predict
from ...model.framing import SAMPLE_RATE
from ..core.sound.samples import DECODERS, audible_blocks, sound_seconds
from ..core.sound.strip_plan import SoundSource
from ..core.sound.strip_timing import StripTiming
from ..scene.preferred_runtime import preferred_runtime

_RATE = 100
"""Rows a second, to which the length of a sound is rounded up."""


def predict_here(options: argparse.Namespace, console: Console) -> Outcome:
    """Writes the curves of a sound file; see ``model.command.predict``."""
    folder = preferred_runtime(bpy.context).torch_folder
    return predict(options, console, decode, folder, length=seconds_of)


def decode(path: Path) -> Iterator[np.ndarray]:
    """Samples of a file at 16 kHz, in pieces float32 [n]. Raises A2FError where it cannot."""
    rows = round(seconds_of(path) * _RATE)
    if rows < 1:
        return
    whole = StripTiming(_RATE, 0, 0.0, 0.0, 0, rows)
    yield from audible_blocks(SoundSource(path.name, str(path)), whole, SAMPLE_RATE, DECODERS)


def seconds_of(path: Path) -> float:
    """Length of a file's sound, in whole rows. Raises A2FError where it cannot be read."""
    return math.ceil(sound_seconds(SoundSource(path.name, str(path))) * _RATE - 1e-6) / _RATE
