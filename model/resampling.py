"""Sample-rate conversion: soxr where it is installed, else a windowed-sinc filter in NumPy."""

from collections.abc import Iterable, Iterator
from math import gcd

import numpy as np

from .optional import optional_import

_ZERO_CROSSINGS = 16
_KAISER_BETA = 8.0
_PIECE = 1 << 17  # samples that are resampled at a time


def resample(blocks: Iterable[np.ndarray], rate: int, target: int) -> Iterator[np.ndarray]:
    """Converts mono blocks, float32 [n], from one integer rate to another, block by block."""
    if rate == target:
        yield from blocks
        return
    soxr = optional_import("soxr")
    if soxr is not None:
        stream = soxr.ResampleStream(rate, target, 1, dtype="float32")
        for block in blocks:
            yield stream.resample_chunk(block)
        yield stream.resample_chunk(np.zeros(0, np.float32), last=True)
    else:
        yield from _sinc_blocks(blocks, rate, target)


def _sinc_blocks(blocks: Iterable[np.ndarray], rate: int, target: int) -> Iterator[np.ndarray]:
    """``sinc_resample`` of the joined blocks, in pieces: what is due is resampled with as many
    samples around it as the filter reaches."""
    common = gcd(rate, target)
    up, down = target // common, rate // common
    margin = down * -(-(_reach(up, down) + 1) // down)
    piece = down * -(-max(_PIECE, margin) // down)
    held, before = np.zeros(0, np.float32), 0
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) >= before + piece + margin:
            made = sinc_resample(held[: before + piece + margin], rate, target)
            yield made[before // down * up : (before + piece) // down * up]
            held, before = held[before + piece - margin :], margin
    yield sinc_resample(held, rate, target)[before // down * up :]


def sinc_resample(samples: np.ndarray, rate: int, target: int) -> np.ndarray:
    """Kaiser-windowed sinc interpolation of [N] samples to [ceil(N target / rate)].

    Source: J. O. Smith, "Digital Audio Resampling Home Page", bandlimited interpolation.
    """
    common = gcd(rate, target)
    up, down = target // common, rate // common
    count = -(-len(samples) * up // down)
    cutoff = min(1.0, up / down)
    half = _reach(up, down)
    padded = np.pad(np.asarray(samples, np.float32), (half, half + down))
    taps = np.arange(-half + 1, half + 1)
    result = np.empty(count, np.float32)
    for phase in range(min(up, count)):
        offset, fraction = divmod(phase * down, up)
        distance = taps - fraction / up
        window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (distance / half) ** 2, 0, 1)))
        kernel = cutoff * np.sinc(cutoff * distance) * window / np.i0(_KAISER_BETA)
        windows = np.lib.stride_tricks.sliding_window_view(padded[offset + 1 :], 2 * half)[::down]
        rows = -(-(count - phase) // up)
        result[phase::up] = windows[:rows] @ kernel.astype(np.float32)
    return result


def _reach(up: int, down: int) -> int:
    """Samples on each side under the filter."""
    return int(np.ceil(_ZERO_CROSSINGS / min(1.0, up / down)))
