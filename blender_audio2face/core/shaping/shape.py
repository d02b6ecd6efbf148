"""Shapes the network's curves as the dials say.

Works in blocks of rows that fit a processor's cache, so that long curves are never copied whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ....model.curves import Curves
from ....model.lip_seal import lip_opening
from ....model.sampling import SEALED
from . import settings, smoothing
from .easing import FASTEST, full_opening, limit_speed, speed_reach
from .layers.accents import HEAD_CHANNELS, RAISE, brow_track, find_accents, head_track
from .layers.eyes import blink_track, dart_tracks
from .lip_contact import Seal, bias_closing, keep_shut, rows_to_edge, touching
from .pauses import Postures
from .settings import LIGHT_SMOOTHING, Dials, is_mouth
from .smoothing import gaussian, gaussian_reach
from .style import calm, calm_reach, style_reach, styled

ROWS = 8192
"""Rows in a block: of 52 channels, 1.7 MB."""


@dataclass(frozen=True)
class Block:
    """Some rows, and the rows around them that a filter needs.

    Attributes:
        rows: the rows to compute.
        context: ``rows`` and up to ``reach`` more on both sides, cut at the ends.
        inner: where ``rows`` lie in ``context``.
    """

    rows: slice
    context: slice
    inner: slice


def blocks(count: int, reach: int) -> Iterator[Block]:
    """The blocks of ``count`` rows for filters that need ``reach`` rows on both sides."""
    for start in range(0, count, ROWS):
        stop = min(start + ROWS, count)
        before, after = max(start - reach, 0), min(stop + reach, count)
        yield Block(slice(start, stop), slice(before, after), slice(start - before, stop - before))


_MEAN_OVER = 0.25
_FLATTEST = 0.8
_RETURN = 0.06


def emphasis_reach(rate: float, amount: float) -> int:
    """Rows on both sides that ``emphasise`` needs."""
    return gaussian_reach(_MEAN_OVER * rate) if amount != 0.0 else 0


def emphasise(names: Sequence[str], rate: float, values: np.ndarray, amount: float) -> np.ndarray:
    """Channels float32 [T, C] with their deviation from the mean over about half a second scaled,
    by 2 (``amount`` 1) down to 0.2 (-1).

    Within 60 ms of a touch of the lips the mouth returns to its own movement, so that touches are
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
    """Curves as the dials say.

    Rows whose lips are shut in ``curves`` (opening below ``model.sampling.SEALED``; moved by
    ``offset_ms``) are shut in the result, unless ``close_bias`` is negative; lips at rest are
    parted in short pauses, and after speech until the face has relaxed. Needs a few MB besides the
    result, however long the curves are.

    Args:
        curves: the network's; not changed.
        dials: the artist's.
        start: scene seconds of row 0. Blinks, darts and head drift follow the scene's time, so
            that no two strips repeat each other.

    Returns:
        As many rows at the same rate, each value in 0..``dials.limit``; with ``head_nod`` above 0
        the columns headPitch, headYaw and headRoll, in radians, follow the others.
    """
    names, rate, count = curves.names, curves.rate, len(curves.values)
    moves_head = dials.head_nod > 0.0
    all_names = names + HEAD_CHANNELS if moves_head else names
    shaped = Curves(all_names, rate, np.empty((count, len(all_names)), np.float32))
    source_rows = _source_rows(count, dials.offset_ms, rate)
    postures = Postures(names, curves.values, rate, dials.pauses, dials.ease)
    full = full_opening(lip_opening(names, curves.values))
    for block in blocks(count, _reach(rate, dials, full)):
        raw = postures.rows(source_rows[block.context])
        values = shape_values(names, rate, raw, dials, full)
        shaped.values[block.rows, : len(names)] = values[block.inner]
    _add_layers(shaped, curves, source_rows, dials, start)
    return shaped


def _source_rows(count: int, offset_ms: float, rate: float) -> np.ndarray:
    """The row of the raw curves that each row shows, int [T]; the first and last are held.

    Whole rows, as a short closure would be lost between rows.
    """
    rows = np.arange(count) - round(offset_ms / 1000.0 * rate)
    return np.clip(rows, 0, max(count - 1, 0))


def _reach(rate: float, dials: Dials, full: float) -> int:
    """Rows on both sides that ``shape_values`` needs."""
    eased = speed_reach(rate, FASTEST * full / dials.ease) if dials.ease > 0.0 else 0
    styles = calm_reach(rate, _calm(dials), full) + style_reach(rate, dials.style, full)
    filters = smoothing.reach(rate, dials.smoothing) + emphasis_reach(rate, dials.emphasis)
    return filters + styles + eased


def _calm(dials: Dials) -> float:
    """How much the mouth is calmed, 0..1: by smoothing beyond the light one that is usual."""
    return max(dials.smoothing - LIGHT_SMOOTHING, 0.0) / (1.0 - LIGHT_SMOOTHING)


def shape_values(
    names: tuple[str, ...],
    rate: float,
    raw: np.ndarray,
    dials: Dials,
    full: float | None = None,
) -> np.ndarray:
    """A new [T, C] of raw curves, shaped except for pauses, ends, the offset and the layers.

    Args:
        names: C channel names.
        rate: rows per second.
        raw: the channels.
        dials: the artist's.
        full: the speaker's ``full_opening``; None where later rows are not known, so that nothing
            may be slowed down or held.
    """
    values = raw
    if dials.ease > 0.0 and full is not None:
        values = raw.copy()
        limit_speed(names, rate, values, FASTEST * full / dials.ease)
    values = smoothing.smooth(names, rate, values, dials.smoothing)
    if full is not None:
        values = calm(names, rate, values, _calm(dials), full)
    values = styled(names, rate, values, dials.style, full)
    values = _strengthened(names, rate, values, dials)
    np.minimum(values, dials.limit, out=values)
    keep_shut(names, raw, values)
    bias_closing(names, values, dials.close_bias)
    return values


def _strengthened(
    names: tuple[str, ...], rate: float, values: np.ndarray, dials: Dials
) -> np.ndarray:
    """[T, C] with strengths, asymmetry and emphasis; mouthClose keeps its share of the jaw. May
    change and return ``values``."""
    sides = np.array([1.0 + 0.5 * dials.asymmetry * settings.side(name) for name in names])
    gains = sides * [settings.strength(name, dials) for name in names]
    if dials.emphasis == 0.0 and np.all(gains == 1.0):
        return values
    seal = Seal(names, values)
    values *= gains.astype(np.float32)
    changed = emphasise(names, rate, values, dials.emphasis)
    seal.restore(changed, dials.channels.get("mouthClose", 1.0))
    return changed


def _add_layers(
    shaped: Curves, raw: Curves, source_rows: np.ndarray, dials: Dials, start: float
) -> None:
    """Adds brows, gaze, blinks and head movement to shaped curves.

    Args:
        shaped: [T, C or more]; changed. The head's columns, where there are any, are filled.
        raw: the network's, [T, C].
        source_rows: the row of ``raw`` that each row shows, int [T].
        dials: the artist's.
        start: scene seconds of row 0.
    """
    rate, count = shaped.rate, len(shaped.values)
    opening = lip_opening(raw.names, raw.values)
    opening = None if opening is None else opening[source_rows]
    if dials.brow_layer > 0.0 or dials.head_nod > 0.0:
        accents = find_accents(opening, count, rate)
    if dials.brow_layer > 0.0:
        raised = brow_track(accents, rate, start, dials.seed)
        for name, size in RAISE.items():
            _add_track(shaped, name, dials.brow_layer * size * raised, dials)
    if dials.eye_darts > 0.0:
        for name, track in dart_tracks(count, rate, start, dials.seed).items():
            _add_track(shaped, name, dials.eye_darts * track, dials)
    if dials.blinks:
        shut = np.zeros(count, bool) if opening is None else opening < SEALED
        lids = blink_track(shut, rate, start, dials.blink_rate, dials.seed)
        for name in ("eyeBlinkLeft", "eyeBlinkRight"):
            if name in shaped.names:
                column = shaped.column(name)
                full = min(dials.channels.get(name, 1.0), dials.limit)
                np.maximum(column, lids * np.float32(full), out=column)
    if dials.head_nod > 0.0:
        head = dials.head_nod * head_track(accents, rate, start, dials.seed)
        shaped.values[:, -len(HEAD_CHANNELS) :] = head


def _add_track(shaped: Curves, name: str, track: np.ndarray, dials: Dials) -> None:
    if name in shaped.names:
        strength = dials.overall * dials.upper_face * dials.channels.get(name, 1.0)
        column = shaped.column(name)
        np.minimum(column + track * np.float32(strength), dials.limit, out=column)
