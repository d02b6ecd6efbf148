"""``predict`` with Blender's decoders: it reads the sound of films and AAC too."""

import argparse
import math
from collections.abc import Iterator
from pathlib import Path

import bpy
import numpy as np

from ...model.audio_file import SAMPLE_RATE
from ...model.command.console import Console, Outcome
from ...model.command.predict import predict
from ..core.sound.samples import DECODERS, audible_blocks, sound_seconds
from ..core.sound.strip_plan import SoundSource
from ..core.sound.strip_timing import StripTiming
from ..ui.preferences import preferred_runtime

_RATE = 100
"""Rows a second, to which the length of a sound is rounded up."""


def predict_here(options: argparse.Namespace, console: Console) -> Outcome:
    """Writes the curves of a sound file; see ``model.command.predict``."""
    return predict(options, console, decode, preferred_runtime(bpy.context).torch_folder)


def decode(path: Path) -> Iterator[np.ndarray]:
    """Samples of a file at 16 kHz, in pieces float32 [n]. Raises A2FError where it cannot."""
    source = SoundSource(path.name, str(path))
    rows = math.ceil(sound_seconds(source) * _RATE - 1e-6)
    if rows < 1:
        return
    whole = StripTiming(_RATE, 0, 0.0, 0.0, 0, rows)
    yield from audible_blocks(source, whole, SAMPLE_RATE, DECODERS)
