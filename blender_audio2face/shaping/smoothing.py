"""Smoothing without lag that lets lips touch when they did.

The kernel is a Gaussian used twice, ``2 G - G * G`` (twicing: J. Tukey, "Exploratory Data
Analysis", 1977): symmetric, so nothing comes late, and as flat for slow movements as a
Savitzky-Golay filter, so peaks keep their height, but without its ringing at high frequencies.
Near a touch of the lips the kernel narrows to nothing, so it never mixes shut with open.
"""

from collections.abc import Sequence

import numpy as np

from .contacts import rows_to_edge, touching
from .regions import is_mouth

MOUTH_DEVIATION = 0.06
"""Standard deviation of the Gaussian in seconds at full smoothing, channels of the mouth."""

FACE_DEVIATION = 0.2
"""The same for the rest of the face, which moves more slowly."""

_NARROWING = 0.5
_NARROWEST = 0.1  # rows: a narrower kernel has no neighbours in it
_SHORT = 12  # rows: up to here adding shifted copies is quicker than a Fourier transform
_BLOCK = 2048  # rows
_STILL = 1e-3  # a channel that moves less than this is not worth a Fourier transform


def smooth(names: Sequence[str], rate: float, values: np.ndarray, amount: float) -> np.ndarray:
    """Smoothed channels, float32 [T, C], of [T, C] at ``rate`` rows a second.

    Args:
        names: C channel names.
        rate: rows per second.
        values: the channels.
        amount: 0..1.
    """
    deviation = amount * MOUTH_DEVIATION * rate
    if deviation < _NARROWEST or len(values) < 3:
        return values
    smoothed = np.empty_like(values)
    mouth = is_mouth(names)
    smoothed[:, ~mouth] = twiced(values[:, ~mouth], amount * FACE_DEVIATION * rate)
    if mouth.any():
        distance = rows_to_edge(touching(names, values))
        width = np.minimum(_NARROWING * distance / deviation, 1.0).astype(np.float32)[:, None]
        raw = values[:, mouth]
        half, full = twiced(raw, 0.5 * deviation), twiced(raw, deviation)
        narrow = raw + (half - raw) * np.minimum(2.0 * width, 1.0)
        smoothed[:, mouth] = narrow + (full - half) * np.maximum(2.0 * width - 1.0, 0.0)
    return np.maximum(smoothed, 0.0, out=smoothed)


def twiced(values: np.ndarray, deviation: float) -> np.ndarray:
    """[T, C] after the twiced Gaussian of ``deviation`` rows; the ends are held."""
    return _filtered(values, deviation, twice=True)


def gaussian(values: np.ndarray, deviation: float) -> np.ndarray:
    """[T, C] after a Gaussian of ``deviation`` rows; the ends are held."""
    return _filtered(values, deviation, twice=False)


def _filtered(values: np.ndarray, deviation: float, *, twice: bool) -> np.ndarray:
    reach = int(np.ceil((5.0 if twice else 4.0) * deviation))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    kernel /= kernel.sum()
    if twice:
        both = np.convolve(kernel, kernel, mode="same")
        kernel = 2.0 * kernel - both
        kernel /= kernel.sum()
    if reach <= _SHORT:
        return _summed(values, kernel, reach)
    moving = np.ptp(values, axis=0) > _STILL
    result = values.copy()
    result[:, moving] = _multiplied(values[:, moving], kernel, reach)
    return result


def _summed(values: np.ndarray, kernel: np.ndarray, reach: int) -> np.ndarray:
    """Convolution [T, C] by adding shifted copies, block by block to stay in the cache."""
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    result = np.zeros_like(values)
    room = np.empty_like(values[:_BLOCK])
    weights = kernel.astype(values.dtype)
    for start in range(0, len(values), _BLOCK):
        part = result[start : start + _BLOCK]
        for shift, weight in enumerate(weights, start):
            part += np.multiply(padded[shift : shift + len(part)], weight, out=room[: len(part)])
    return result


def _multiplied(values: np.ndarray, kernel: np.ndarray, reach: int) -> np.ndarray:
    """Convolution [T, C] by the Fourier transform, column by column to stay in the cache."""
    count = len(values)
    size = _round_size(count + 4 * reach)
    response = np.fft.rfft(kernel, size)
    result = np.empty_like(values)
    for index in range(values.shape[1]):
        padded = np.pad(values[:, index], reach, mode="edge")
        filtered = np.fft.irfft(np.fft.rfft(padded, size) * response, size)
        result[:, index] = filtered[2 * reach : 2 * reach + count]
    return result


def _round_size(least: int) -> int:
    """A length without large primes, for which the Fourier transform is quick."""
    unit = 1 << max(least.bit_length() - 4, 0)
    return -(-least // unit) * unit
