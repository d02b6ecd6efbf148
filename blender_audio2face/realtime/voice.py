"""Where a live voice comes from, and the network that hears it. No bpy."""

from pathlib import Path

import numpy as np

from ...model.framing import SAMPLE_RATE
from ...model.numpy_network import NumpyNetwork
from ...model.streaming import Stream, low_latency
from ...model.weights_file import DEFAULT_WEIGHTS, load_weights
from ..core.sound.decoders import DECODERS
from ..core.sound.samples import audible_blocks, sound_seconds
from ..core.sound.strip_plan import SoundSource
from ..core.sound.strip_timing import StripTiming
from .file_source import FileSource
from .source import Source

_RATE = 100
"""Frames a second in which the length of a file is counted."""


def open_stream(weights: Path | None, *, quick: bool) -> Stream:
    """A new stream of the network, on NumPy: it is there at once, and fast enough.

    Args:
        weights: an .npz; None for the bundled one.
        quick: whether to hear with less delay, and less well.

    Raises:
        WeightsError: the weights cannot be used.
    """
    config, arrays = load_weights(weights or DEFAULT_WEIGHTS)
    return Stream(NumpyNetwork(low_latency(config) if quick else config, arrays))


def file_as_microphone(path: Path) -> Source:
    """A sound file that is heard as if somebody spoke now.

    Raises:
        BakeError: it cannot be decoded.
    """
    source = SoundSource(path.name, str(path))
    whole = StripTiming(_RATE, 0, 0.0, 0.0, 0, max(int(sound_seconds(source) * _RATE), 1))
    samples = np.concatenate(list(audible_blocks(source, whole, SAMPLE_RATE, DECODERS)))
    return FileSource(samples, SAMPLE_RATE, path.name)
