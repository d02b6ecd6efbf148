"""Raw curves and dials in, shaped curves out."""

import numpy as np

from ...model.curves import Curves
from . import emphasis, regions, smoothing
from .blocks import blocks
from .contacts import Seal, bias_closing, keep_shut
from .dials import Dials
from .head import HEAD_CHANNELS
from .layers import add_layers


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
    return smoothing.reach(rate, dials.smoothing) + emphasis.reach(rate, dials.emphasis)


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
    sides = np.array([1.0 + 0.5 * dials.asymmetry * regions.side(name) for name in names])
    gains = sides * [regions.strength(name, dials) for name in names]
    if dials.emphasis == 0.0 and np.all(gains == 1.0):
        return values
    seal = Seal(names, values)
    values *= gains.astype(np.float32)
    changed = emphasis.emphasise(names, rate, values, dials.emphasis)
    seal.put_back(changed, dials.channels.get("mouthClose", 1.0))
    return changed
