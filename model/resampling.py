"""Sample-rate conversion: soxr where it is installed, else a windowed-sinc filter in NumPy."""

from collections.abc import Iterable, Iterator
from math import gcd

import numpy as np

from .optional import optional_import

_ZERO_CROSSINGS = 16
_KAISER_BETA = 8.0


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
        whole = list(blocks)
        yield sinc_resample(np.concatenate(whole) if whole else np.zeros(0), rate, target)


def sinc_resample(samples: np.ndarray, rate: int, target: int) -> np.ndarray:
    """Kaiser-windowed sinc interpolation of [N] samples to [ceil(N target / rate)].

    Source: J. O. Smith, "Digital Audio Resampling Home Page", bandlimited interpolation.
    """
    common = gcd(rate, target)
    up, down = target // common, rate // common
    count = -(-len(samples) * up // down)
    cutoff = min(1.0, up / down)
    half = int(np.ceil(_ZERO_CROSSINGS / cutoff))
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
