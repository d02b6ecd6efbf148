"""Raw curves and dials in, shaped curves out."""

import numpy as np

from ...model.curves import Curves
from . import regions
from .accents import find_accents
from .blinks import blink_track
from .brows import RAISE, brow_track
from .contacts import Seal, bias_closing, keep_shut, shut
from .dials import Dials
from .emphasis import emphasise
from .eye_darts import dart_tracks
from .head import HEAD_CHANNELS, head_track
from .smoothing import smooth


def shape(curves: Curves, dials: Dials, start: float = 0.0) -> Curves:
    """Curves as the dials want them.

    Rows whose lips are shut in ``curves`` (opening below ``model.sampling.SEALED``; moved by
    ``offset_ms``) are shut in the result, unless ``close_bias`` is negative.

    Args:
        curves: the network's; not changed.
        dials: the artist's.
        start: scene seconds of row 0. Blinks, darts and head drift belong to the scene's time, so
            that no two strips repeat each other.

    Returns:
        As many rows at the same rate, each value in 0..``dials.limit``; with ``head_nod`` above 0
        the columns headPitch, headYaw and headRoll in radians stand behind the others.
    """
    names, rate = curves.names, curves.rate
    heard = Curves(names, rate, _moved(curves.values, dials.offset_ms, rate))
    values = smooth(names, rate, heard.values, dials.smoothing)
    values = _strengthened(names, rate, values, dials)
    np.minimum(values, dials.limit, out=values)
    keep_shut(names, heard.values, values)
    bias_closing(names, values, dials.close_bias)
    return _with_layers(heard, values, dials, start)


def _moved(values: np.ndarray, offset_ms: float, rate: float) -> np.ndarray:
    """Whole rows later; between rows a short closure would be lost. The ends are held."""
    rows = np.arange(len(values)) - round(offset_ms / 1000.0 * rate)
    return values[np.clip(rows, 0, max(len(values) - 1, 0))]


def _strengthened(
    names: tuple[str, ...], rate: float, values: np.ndarray, dials: Dials
) -> np.ndarray:
    """A new [T, C]: strengths, sides and emphasis; mouthClose keeps its share of the jaw."""
    sides = np.array([1.0 + 0.5 * dials.asymmetry * regions.side(name) for name in names])
    gains = sides * [regions.strength(name, dials) for name in names]
    if dials.emphasis == 0.0 and np.all(gains == 1.0):
        return values.copy()
    seal = Seal(names, values)
    changed = emphasise(names, rate, values * gains.astype(np.float32), dials.emphasis)
    seal.put_back(changed, dials.channels.get("mouthClose", 1.0))
    return changed


def _with_layers(heard: Curves, values: np.ndarray, dials: Dials, start: float) -> Curves:
    """Adds what no sound tells to shaped values [T, C], which are changed."""
    names, rate = heard.names, heard.rate

    def strengths(name: str) -> float:
        return dials.overall * dials.upper_face * dials.channels.get(name, 1.0)

    def add(name: str, track: np.ndarray) -> None:
        if name in names:
            column = values[:, names.index(name)]
            np.minimum(column + track * np.float32(strengths(name)), dials.limit, out=column)

    if dials.brow_layer > 0.0 or dials.head_nod > 0.0:
        accents = find_accents(heard)
    if dials.brow_layer > 0.0:
        raised = brow_track(accents, rate, start, dials.seed)
        for name, size in RAISE.items():
            add(name, dials.brow_layer * size * raised)
    if dials.eye_darts > 0.0:
        for name, track in dart_tracks(len(values), rate, start, dials.seed).items():
            add(name, dials.eye_darts * track)
    if dials.blinks:
        lids = blink_track(shut(names, heard.values), rate, start, dials.blink_rate, dials.seed)
        for name in ("eyeBlinkLeft", "eyeBlinkRight"):
            if name in names:
                column = values[:, names.index(name)]
                full = min(dials.channels.get(name, 1.0), dials.limit)
                np.maximum(column, lids * np.float32(full), out=column)
    if dials.head_nod > 0.0:
        head = dials.head_nod * head_track(accents, rate, start, dials.seed)
        return Curves(names + HEAD_CHANNELS, rate, np.hstack([values, head.astype(np.float32)]))
    return Curves(names, rate, values)
