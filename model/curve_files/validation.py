"""The checks that every format of curves shares, and times brought to a regular grid."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..curves import Curves
from ..errors import CurvesFileError

_UNEVEN = 0.002
"""Seconds by which a row may be off a regular grid and still be taken for on it."""

_GRID = 100.0
"""Rows a second to which uneven rows are brought."""

_LATEST = 1e12
"""Seconds that no time reaches, not even one since 1970."""

_MOST_ROWS = 1 << 23
"""23 hours at 100 Hz: times that are wrong must not fill the memory."""

_MOST_VALUES = 1 << 27
"""So with many columns: 512 MB, or 7 hours of 52."""

_LONGEST = _MOST_ROWS / _GRID
"""Seconds of curves at any rate: a bake has a row for each frame of them."""

_RATES = (0.001, 1e5)
"""Rows a second that curves may have."""


def validated(path: Path, names: Sequence[object], rate: float, values: np.ndarray) -> Curves:
    """Curves, once all of it makes sense.

    Raises:
        CurvesFileError: with what does not.
    """
    if not names or not all(map(_is_name, names)) or len(set(names)) != len(names):
        raise CurvesFileError(f'"{path}" needs a different name for each channel.')
    if values.ndim != 2 or values.shape[1] != len(names) or not len(values):
        raise CurvesFileError(
            f'"{path}" needs rows of {len(names)} values, and has shape {values.shape}.'
        )
    with np.errstate(over="ignore"):
        values = np.ascontiguousarray(values, np.float32)
    if not np.isfinite(values).all() or not (np.isfinite(rate) and rate > 0):
        raise CurvesFileError(f'"{path}" holds values that are not numbers: export it again.')
    if not _RATES[0] <= rate <= _RATES[1] or len(values) / rate > _LONGEST:
        raise CurvesFileError(
            f'"{path}" has {len(values)} rows, {rate:g} a second: check its rate and its times.'
        )
    return Curves(tuple(map(str, names)), float(rate), values)


def _is_name(name: object) -> bool:
    """Whether it is a text that every format and a .blend can hold."""
    if not isinstance(name, str):
        return False
    return "\0" not in name and not any("\ud800" <= letter <= "\udfff" for letter in name)


def on_grid(path: Path, names: Sequence[str], times: np.ndarray, values: np.ndarray) -> Curves:
    """Curves of rows at any ascending times; the first row is at 0.

    Args:
        path: for messages.
        names: C channels.
        times: seconds of the rows, float64 [T].
        values: [T, C].

    Raises:
        CurvesFileError: times go backwards, or a value is no number.
    """
    if not (np.abs(times) < _LATEST).all() or np.any(np.diff(times) <= 0):
        raise CurvesFileError(f'The times in "{path}" have to ascend: export it again.')
    if len(times) < 2:
        return validated(path, names, _GRID, values)
    seconds = times - times[0]
    rate = round((len(times) - 1) / float(seconds[-1]), 3)
    if rate > 0 and np.abs(np.arange(len(times)) / rate - seconds).max() <= _UNEVEN:
        return validated(path, names, rate, values)
    count = int(seconds[-1] * _GRID) + 1
    if count > _MOST_ROWS or count * len(names) > _MOST_VALUES:
        raise CurvesFileError(f'The times in "{path}" span {seconds[-1]:.0f} s: check them.')
    grid = np.arange(count) / _GRID
    whole = validated(path, names, _GRID, values)
    even = np.empty((count, len(names)), np.float32)
    for place, column in enumerate(whole.values.T):
        even[:, place] = np.interp(grid, seconds, column)
    return validated(path, names, _GRID, even)
