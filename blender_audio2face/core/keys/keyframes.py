"""The keys of F-curves: one on each frame, or as few as a bound on the error allows."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple, TypeVar

import numpy as np

from ....model.lip_seal import lip_opening
from ....model.sampling import SEALED
from . import reduction

TOLERANCE = 0.01
"""Error in shape-key units that cannot be seen: a hundredth of a channel's travel."""

_GROUP = 32_768
"""Numbers that are reduced together: enough to make NumPy's calls cheap, few enough to stay in a
processor's cache."""

_Name = TypeVar("_Name")


class FCurvePath(NamedTuple):
    """Data path and array index of an F-curve, relative to its datablock."""

    path: str
    array_index: int = 0


@dataclass(frozen=True)
class Keys:
    """Keys of one F-curve.

    Attributes:
        frames: float64 [K], ascending whole frames.
        values: float32 [K].
        slopes: value per frame, float32 [K]: Bezier keys with handles at a third of the distance
            to the neighbours. None for keys joined by straight lines, or held.
        extremes: which keys are extremes, bool [K]; the others are breakdowns. None for keys of no
            such type.
        held: each value is held until the next key.
    """

    frames: np.ndarray
    values: np.ndarray
    slopes: np.ndarray | None
    extremes: np.ndarray | None = None
    held: bool = False


def every_frame(frames: np.ndarray, column: np.ndarray) -> Keys:
    """A key on each of F frames, straight lines between them."""
    return Keys(np.asarray(frames, np.float64), np.asarray(column, np.float32), None)


def reduce_keys(
    frames: np.ndarray,
    columns: Mapping[_Name, np.ndarray],
    tolerance: float = TOLERANCE,
    anchors: np.ndarray | None = None,
    anchored: Collection[_Name] | None = None,
) -> dict[_Name, Keys]:
    """Few keys whose curve is within a tolerance of each column at each of its frames.

    Prominent peaks and valleys are keyed, with level handles. Curves do not overshoot their keys
    there or at anchors, and elsewhere by a fraction of the tolerance. A key has exactly the
    column's value.

    Args:
        frames: F ascending frames.
        columns: name -> F values.
        tolerance: bound on the error, in the columns' units, above 0.
        anchors: bool [F], frames that have to be keyed (``closures``); None for none.
        anchored: the columns to which anchors apply, those of the mouth; None for all. They do not
            apply to columns that move by less than a hundredth of the tolerance.

    Returns:
        name -> keys, in the columns' order.
    """
    x = np.asarray(frames, np.float64)
    forced = np.zeros(len(x), bool) if anchors is None else np.asarray(anchors, bool)
    keys: dict[_Name, Keys] = {}
    for names in groups(tuple(columns), len(x)):
        y = np.array([columns[name] for name in names], np.float64)
        applies = np.array([anchored is None or name in anchored for name in names])
        applies &= ~_is_still(y, tolerance)
        rows = forced & applies[:, None]
        keys |= zip(names, _known_or_reduced(x, y, tolerance, rows), strict=True)
    return keys


def groups(names: Sequence[_Name], length: int) -> Iterator[tuple[_Name, ...]]:
    """The names of columns, ``length`` numbers each, in the groups that ``reduce_keys`` works on:
    calling it for one group at a time is as fast as for all."""
    step = max(_GROUP // max(length, 1), 1)
    for start in range(0, len(names), step):
        yield tuple(names[start : start + step])


def _is_still(y: np.ndarray, tolerance: float) -> np.ndarray:
    """Which of the columns [C, F] hardly move, bool [C]."""
    if y.shape[1] == 0:
        return np.ones(len(y), bool)
    return np.ptp(y, axis=1) <= 0.01 * tolerance


def _known_or_reduced(
    x: np.ndarray, y: np.ndarray, tolerance: float, anchors: np.ndarray
) -> list[Keys]:
    """The keys of columns [C, F]; equal columns are reduced once."""
    general = digest(np.array([len(x), tolerance]), x)
    answers = [
        _known(general + digest(column, np.packbits(row)))
        for column, row in zip(y, anchors, strict=True)
    ]
    asked = {id(answer): index for index, answer in enumerate(answers) if not answer}
    chosen = list(asked.values())
    for index, keys in zip(chosen, _reduced(x, y[chosen], tolerance, anchors[chosen]), strict=True):
        answers[index].append(keys)
    return [answer[0] for answer in answers]


@lru_cache(maxsize=256)
def _known(_question: bytes) -> list[Keys]:
    """Cache of the keys of a column, empty at first. Left and right are often alike, and a dial
    changes few columns; columns are known by digests, as an hour of them is large."""
    return []


def digest(*arrays: np.ndarray) -> bytes:
    """A short name of arrays, alike for equal ones."""
    hasher = hashlib.blake2b(digest_size=16)
    for array in arrays:
        hasher.update(np.ascontiguousarray(array).data)
    return hasher.digest()


def _reduced(x: np.ndarray, y: np.ndarray, tolerance: float, anchors: np.ndarray) -> list[Keys]:
    if len(x) < 2:
        return [every_frame(x, column) for column in y]
    if not len(y):
        return []
    return [
        Keys(x[rows], column[rows].astype(np.float32), slopes.astype(np.float32))
        for column, (rows, slopes) in zip(
            y, reduction.reduced(x, y, tolerance, anchors), strict=True
        )
    ]


def closures(names: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Anchors bool [F]: first, most closed and last frame of each closure of the lips.

    Args:
        names: C channel names, ARKit's.
        values: channels at the frames, [F, C].
    """
    opening = lip_opening(tuple(names), values)
    anchors = np.zeros(len(values), bool)
    if opening is None:
        return anchors
    rows = opening < SEALED
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows.astype(np.int8), [0]))))
    for first, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        anchors[[first, first + int(np.argmin(opening[first:stop])), stop - 1]] = True
    return anchors
