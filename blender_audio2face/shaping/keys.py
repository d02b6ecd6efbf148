"""The keys of F-curves: one each frame, or as few as a bound on the error allows."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from . import contacts, hermite, reduction

TOLERANCE = 0.01
"""Error in shape-key units that nobody sees: a hundredth of a channel's whole travel."""


@dataclass(frozen=True)
class Keys:
    """Keys of one F-curve.

    Attributes:
        frames: float64 [K], ascending whole frames.
        values: float32 [K].
        slopes: value per frame, float32 [K]: Bezier keys whose handles stand at a third of the
            way to the neighbours, or None for keys joined by straight lines.
    """

    frames: np.ndarray
    values: np.ndarray
    slopes: np.ndarray | None


def every_frame(frames: np.ndarray, column: np.ndarray) -> Keys:
    """A key on each of F frames, straight lines between them."""
    return Keys(np.asarray(frames, np.float64), np.asarray(column, np.float32), None)


def reduce_keys(
    frames: np.ndarray,
    columns: Mapping[str, np.ndarray],
    tolerance: float = TOLERANCE,
    anchors: np.ndarray | None = None,
    anchored: Collection[str] | None = None,
) -> dict[str, Keys]:
    """Few keys that show each column to within a tolerance at each of its frames.

    Peaks and valleys that stand out are keyed, with level handles. No curve overshoots its keys
    at them or at anchors, and by a fraction of the tolerance elsewhere. Keyed frames show exactly
    the column's value.

    Args:
        frames: F ascending frames.
        columns: name -> F values.
        tolerance: bound on the error, in the columns' units, above 0.
        anchors: bool [F], frames that have to be keyed (``closures``); None for none.
        anchored: the columns for which they have to be, those of the mouth; None for all. One
            that moves by less than a hundredth of the tolerance needs no keys for it.

    Returns:
        name -> keys, in the columns' order.
    """
    x = np.asarray(frames, np.float64)
    forced = np.zeros(0, np.intp) if anchors is None else np.flatnonzero(anchors)
    keys = {}
    for name, column in columns.items():
        applies = anchored is None or name in anchored
        rows = forced if applies else forced[:0]
        y = np.asarray(column, np.float64)
        known = _known(_digest(np.array([len(x), tolerance]), x, y, rows))
        if not known:
            known.append(_reduced(x, y, tolerance, rows))
        keys[name] = known[0]
    return keys


@lru_cache(maxsize=256)
def _known(_question: bytes) -> list[Keys]:
    """Where the answer to a question is kept, empty at first. Left and right are often alike, and
    a dial changes few columns; questions are digests, as an hour's columns are large."""
    return []


def _digest(*arrays: np.ndarray) -> bytes:
    hasher = hashlib.blake2b(digest_size=16)
    for array in arrays:
        hasher.update(np.ascontiguousarray(array).data)
    return hasher.digest()


def _reduced(x: np.ndarray, y: np.ndarray, tolerance: float, anchors: np.ndarray) -> Keys:
    if len(x) < 2:
        return every_frame(x, y)
    anchors = anchors if np.ptp(y) > 0.01 * tolerance else anchors[:0]
    rows, slopes = reduction.reduced(x, y, tolerance, anchors)
    return Keys(x[rows], y[rows].astype(np.float32), slopes.astype(np.float32))


def evaluate(keys: Keys, frames: np.ndarray) -> np.ndarray:
    """What Blender shows of keys (at least one) at F frames, float64 [F]: held outside them."""
    x = np.asarray(frames, np.float64)
    values = keys.values.astype(np.float64)
    if keys.slopes is None:
        return np.interp(x, keys.frames, values)
    return hermite.hermite(x, keys.frames, values, keys.slopes.astype(np.float64))


def closures(names: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Anchors bool [F]: first, most closed and last frame of each closure of the lips.

    Args:
        names: C channel names, ARKit's.
        values: channels at the frames, [F, C].
    """
    opening = contacts.lip_opening(tuple(names), values)
    anchors = np.zeros(len(values), bool)
    if opening is None:
        return anchors
    rows = opening < contacts.SEALED
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows.astype(np.int8), [0]))))
    for first, stop in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        anchors[[first, first + int(np.argmin(opening[first:stop])), stop - 1]] = True
    return anchors
