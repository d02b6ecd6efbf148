"""Long curves in blocks of rows that fit a processor's cache, so that none is copied whole.

More or less movement about its local mean.

Raw curves and dials in, shaped curves out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ....model.curves import Curves
from . import settings, smoothing
from .layers.add import add_layers
from .layers.head import HEAD_CHANNELS
from .lip_contact import Seal, bias_closing, keep_shut, rows_to_edge, touching
from .settings import Dials, is_mouth
from .smoothing import gaussian, gaussian_reach

ROWS = 8192
"""Rows in a block: of 52 channels, 1.7 MB."""


@dataclass(frozen=True)
class Block:
    """Some rows, and those around them that a filter looks at.

    Attributes:
        rows: the rows that are wanted.
        context: ``rows`` and up to ``reach`` more on both sides, cut at the ends.
        inner: where ``rows`` lie in ``context``.
    """

    rows: slice
    context: slice
    inner: slice


def blocks(count: int, reach: int) -> Iterator[Block]:
    """The blocks of ``count`` rows for filters that look ``reach`` rows to both sides."""
    for start in range(0, count, ROWS):
        stop = min(start + ROWS, count)
        before, after = max(start - reach, 0), min(stop + reach, count)
        yield Block(slice(start, stop), slice(before, after), slice(start - before, stop - before))


_MEAN_OVER = 0.25
_FLATTEST = 0.8
_RETURN = 0.06


def emphasis_reach(rate: float, amount: float) -> int:
    """Rows to both sides that ``emphasise`` looks at."""
    return gaussian_reach(_MEAN_OVER * rate) if amount != 0.0 else 0


def emphasise(names: Sequence[str], rate: float, values: np.ndarray, amount: float) -> np.ndarray:
    """Channels float32 [T, C] whose departure from their mean over about half a second is made up
    to twice as large (``amount`` 1) or a fifth (-1).

    Within 60 ms of a touch of the lips the mouth comes back to what it was, so that touches are
    neither opened nor reached with a jump.
    """
    if amount == 0.0 or len(values) == 0:
        return values
    change = values - gaussian(values, _MEAN_OVER * rate)
    change *= np.float32(amount if amount > 0 else _FLATTEST * amount)
    touch = touching(names, values)
    distance = rows_to_edge(touch) / (_RETURN * rate)
    freedom = np.where(touch, 0.0, np.minimum(distance, 1.0))
    change[:, is_mouth(names)] *= freedom.astype(np.float32)[:, None]
    change += values
    return np.maximum(change, 0.0, out=change)


def shape(curves: Curves, dials: Dials, start: float = 0.0) -> Curves:
    """Curves as the dials want them.

    Rows whose lips are shut in ``curves`` (opening below ``model.sampling.SEALED``; moved by
    ``offset_ms``) are shut in the result, unless ``close_bias`` is negative. Besides the result
    it takes a few MB, however long the curves.

    Args:
        curves: the network's; not changed.
        dials: the artist's.
        start: scene seconds of row 0. Blinks, darts and head drift belong to the scene's time, so
            that no two strips repeat each other.

    Returns:
        As many rows at the same rate, each value in 0..``dials.limit``; with ``head_nod`` above 0
        the columns headPitch, headYaw and headRoll in radians stand behind the others.
    """
    names, rate, count = curves.names, curves.rate, len(curves.values)
    moves_head = dials.head_nod > 0.0
    all_names = names + HEAD_CHANNELS if moves_head else names
    shaped = Curves(all_names, rate, np.empty((count, len(all_names)), np.float32))
    later = _rows_later(count, dials.offset_ms, rate)
    for block in blocks(count, reach(rate, dials)):
        heard = curves.values[later[block.context]]
        values = spoken(names, rate, heard, dials)
        shaped.values[block.rows, : len(names)] = values[block.inner]
    add_layers(shaped, curves, later, dials, start)
    return shaped


def _rows_later(count: int, offset_ms: float, rate: float) -> np.ndarray:
    """The row that each row shows, int [T]. Whole rows; between rows a short closure would be
    lost. The ends are held."""
    rows = np.arange(count) - round(offset_ms / 1000.0 * rate)
    return np.clip(rows, 0, max(count - 1, 0))


def reach(rate: float, dials: Dials) -> int:
    """Rows to both sides that ``spoken`` looks at."""
    return smoothing.reach(rate, dials.smoothing) + emphasis_reach(rate, dials.emphasis)


def spoken(names: tuple[str, ...], rate: float, heard: np.ndarray, dials: Dials) -> np.ndarray:
    """A new [T, C] of what was heard, shaped but for the layers and the offset."""
    values = smoothing.smooth(names, rate, heard, dials.smoothing)
    values = _strengthened(names, rate, values, dials)
    np.minimum(values, dials.limit, out=values)
    keep_shut(names, heard, values)
    bias_closing(names, values, dials.close_bias)
    return values


def _strengthened(
    names: tuple[str, ...], rate: float, values: np.ndarray, dials: Dials
) -> np.ndarray:
    """[T, C] with strengths, sides and emphasis; mouthClose keeps its share of the jaw. May change
    and return ``values``."""
    sides = np.array([1.0 + 0.5 * dials.asymmetry * settings.side(name) for name in names])
    gains = sides * [settings.strength(name, dials) for name in names]
    if dials.emphasis == 0.0 and np.all(gains == 1.0):
        return values
    seal = Seal(names, values)
    values *= gains.astype(np.float32)
    changed = emphasise(names, rate, values, dials.emphasis)
    seal.put_back(changed, dials.channels.get("mouthClose", 1.0))
    return changed
