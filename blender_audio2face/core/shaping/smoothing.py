"""Smoothing without lag that keeps touches of the lips.

The kernel is a twiced Gaussian, ``2 G - G * G`` (J. Tukey, "Exploratory Data Analysis", 1977). It
is symmetric, so nothing is delayed, and as flat for slow movements as a Savitzky-Golay filter, so
peaks keep their height, but does not ring at high frequencies. Near a touch of the lips the kernel
narrows to nothing, so it never mixes shut with open.
"""

from collections.abc import Sequence

import numpy as np

from .lip_contact import rows_to_edge, touching
from .settings import is_mouth

MOUTH_DEVIATION = 0.06
"""Standard deviation of the Gaussian in seconds at full smoothing, for the mouth."""

FACE_DEVIATION = 0.2
"""The same for the rest of the face, which moves more slowly."""

_NARROWING = 0.5
_NARROWEST = 0.1  # rows; a narrower kernel has no neighbours in it
_SHORT = 40  # rows, up to which adding shifted copies is faster than a Fourier transform
_BLOCK = 2048  # rows
_TRANSFORMED = 8192  # rows of one Fourier transform
_STILL = 1e-5  # a channel that moves less than this is not filtered


def reach(rate: float, amount: float) -> int:
    """Rows on both sides that ``smooth`` needs."""
    return _reach(max(FACE_DEVIATION, MOUTH_DEVIATION) * amount * rate, twice=True)


def smooth(names: Sequence[str], rate: float, values: np.ndarray, amount: float) -> np.ndarray:
    """Smoothed channels, a new float32 [T, C], of [T, C] at ``rate`` rows a second.

    Args:
        names: C channel names.
        rate: rows per second.
        values: the channels.
        amount: 0..1.
    """
    deviation = amount * MOUTH_DEVIATION * rate
    if deviation < _NARROWEST or len(values) < 3:
        return values.copy()
    smoothed = np.empty_like(values)
    mouth = is_mouth(names)
    smoothed[:, ~mouth] = _twiced(values[:, ~mouth], amount * FACE_DEVIATION * rate)
    if mouth.any():
        distance = rows_to_edge(touching(names, values))
        width = np.minimum(_NARROWING * distance / deviation, 1.0).astype(np.float32)[:, None]
        raw = values[:, mouth]
        half, full = _twiced(raw, 0.5 * deviation), _twiced(raw, deviation)
        full -= half
        full *= np.maximum(2.0 * width - 1.0, 0.0)
        half -= raw
        half *= np.minimum(2.0 * width, 1.0)
        raw += half
        raw += full
        smoothed[:, mouth] = raw
    return np.maximum(smoothed, 0.0, out=smoothed)


def _twiced(values: np.ndarray, deviation: float) -> np.ndarray:
    """[T, C] after the twiced Gaussian of ``deviation`` rows; the ends are held."""
    return _filtered(values, deviation, twice=True)


def gaussian(values: np.ndarray, deviation: float) -> np.ndarray:
    """[T, C] after a Gaussian of ``deviation`` rows; the ends are held."""
    return _filtered(values, deviation, twice=False)


def gaussian_reach(deviation: float) -> int:
    """Rows on both sides that ``gaussian`` needs."""
    return _reach(deviation, twice=False)


def _reach(deviation: float, *, twice: bool) -> int:
    return int(np.ceil((5.0 if twice else 4.0) * deviation))


def _filtered(values: np.ndarray, deviation: float, *, twice: bool) -> np.ndarray:
    reach = _reach(deviation, twice=twice)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    kernel /= kernel.sum()
    if twice:
        both = np.convolve(kernel, kernel, mode="same")
        kernel = 2.0 * kernel - both
        kernel /= kernel.sum()
    moving = np.ptp(values, axis=0) > _STILL if len(values) else np.zeros(values.shape[1], bool)
    convolved = _summed if reach <= _SHORT else _multiplied
    if moving.all():
        return convolved(values, kernel, reach)
    result = values.copy()
    result[:, moving] = convolved(values[:, moving], kernel, reach)
    return result


def _summed(values: np.ndarray, kernel: np.ndarray, reach: int) -> np.ndarray:
    """Convolution of [T, C] with a symmetric kernel by adding shifted copies, in blocks that stay
    in the cache."""
    padded = np.pad(values, ((reach, reach), (0, 0)), mode="edge")
    weights = kernel.astype(values.dtype)
    result = np.multiply(values, weights[reach])
    room = np.empty_like(values[:_BLOCK])
    for start in range(0, len(values), _BLOCK):
        part = result[start : start + _BLOCK]
        pair = room[: len(part)]
        for shift in range(reach):
            left, right = start + shift, start + 2 * reach - shift
            np.add(padded[left : left + len(part)], padded[right : right + len(part)], out=pair)
            pair *= weights[shift]
            part += pair
    return result


def _multiplied(values: np.ndarray, kernel: np.ndarray, reach: int) -> np.ndarray:
    """Convolution of [T, C] by Fourier transforms, column by column and in blocks (overlap-save)
    that stay in the cache."""
    count = len(values)
    size = min(_TRANSFORMED, _round_size(count + 2 * reach))
    step = size - 2 * reach
    response = np.fft.rfft(kernel, size)
    result = np.empty_like(values)
    for column, filtered in zip(values.T, result.T, strict=True):
        padded = np.pad(column, reach, mode="edge")
        for start in range(0, count, step):
            piece = np.fft.rfft(padded[start : start + size], size)
            part = filtered[start : start + step]
            part[:] = np.fft.irfft(piece * response, size)[2 * reach : 2 * reach + len(part)]
    return result


def _round_size(least: int) -> int:
    """A length without large primes, for which the Fourier transform is fast."""
    unit = 1 << max(least.bit_length() - 4, 0)
    return -(-least // unit) * unit
