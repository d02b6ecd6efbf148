"""Sample-rate conversion: soxr where it is installed, else a windowed-sinc filter in NumPy."""

from collections.abc import Iterable, Iterator
from math import gcd

import numpy as np

from .optional import optional_import

_ZERO_CROSSINGS = 32  # as steep as soxr: curves of either differ by less than 0.001
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
    half = _reach(up, down)
    padded = np.pad(np.asarray(samples, np.float32), (half, half + down))
    result = np.empty(count, np.float32)
    for phase in range(min(up, count)):
        windows = np.lib.stride_tricks.sliding_window_view(
            padded[phase * down // up + 1 :], 2 * half
        )[::down]
        rows = -(-(count - phase) // up)
        result[phase::up] = windows[:rows] @ _kernel(phase, up, down)
    return result


class StreamResampler:
    """``sinc_resample`` of sound that comes in pieces: each sample comes out as soon as what it is
    made of is there. soxr's streams would hold it back for 20 ms."""

    def __init__(self, rate: int, target: int) -> None:
        common = gcd(rate, target)
        self._up, self._down = target // common, rate // common
        self._half = _reach(self._up, self._down) if rate != target else 0
        if self._half:
            self._kernels = np.stack([_kernel(i, self._up, self._down) for i in range(self._up)])
        self._held = np.zeros(max(self._half - 1, 0), np.float32)
        self._first = -len(self._held)  # of ``held``, counted from the sound's first sample
        self._made = 0
        self.delay = self._half / rate
        """Seconds of sound after an output's own instant that it waits for."""

    def push(self, samples: np.ndarray) -> np.ndarray:
        """The output samples [m] float32 that became complete with samples [n]."""
        if not self._half:
            return np.asarray(samples, np.float32)
        up, down, half = self._up, self._down, self._half
        held = np.concatenate([self._held, samples], dtype=np.float32)
        until = -(-(self._first + len(held) - half) * up // down)
        if until <= self._made:
            self._held = held
            return np.zeros(0, np.float32)
        due = np.arange(self._made, until)
        start = due * down // up - half + 1 - self._first
        windows = np.lib.stride_tricks.sliding_window_view(held, 2 * half)[start]
        made = np.einsum("nt,nt->n", windows, self._kernels[due % up])
        used = until * down // up - half + 1 - self._first
        self._held, self._first, self._made = held[used:].copy(), self._first + used, until
        return made


def _kernel(phase: int, up: int, down: int) -> np.ndarray:
    """Filter [2 reach] float32 of the outputs ``phase``, ``phase + up``, ...; its first tap lies
    ``reach - 1`` samples before the one at or before the output."""
    cutoff = min(1.0, up / down)
    half = _reach(up, down)
    distance = np.arange(-half + 1, half + 1) - phase * down % up / up
    window = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (distance / half) ** 2, 0, 1)))
    kernel = cutoff * np.sinc(cutoff * distance) * window / np.i0(_KAISER_BETA)
    return kernel.astype(np.float32)


def _reach(up: int, down: int) -> int:
    """Samples on each side under the filter."""
    return int(np.ceil(_ZERO_CROSSINGS / min(1.0, up / down)))
