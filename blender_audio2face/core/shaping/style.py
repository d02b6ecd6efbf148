"""From calm and small to large and snappy movement; lips that touch go on touching.

Calm movement is a Gaussian's, and merges small strokes that follow each other. Snappy movement is
made by toggle contrast (H. Kramer and J. Bruckner, "Iterations of a non-linear transformation for
enhancement of digital images", 1975): every row takes the highest or the lowest value nearby,
whichever is nearer, so that shapes are held and changes are quick.
"""

from collections.abc import Sequence

import numpy as np

from ....model.lip_seal import LOWER, UPPER
from .easing import FASTEST, limit_speed, speed_reach
from .lip_contact import Seal, touching
from .pauses import CONTACTS
from .settings import is_mouth
from .smoothing import gaussian, gaussian_reach

_CALM = 0.07
"""Standard deviation of the Gaussian in seconds at full calm."""

_CALMEST = 5.0
"""Full openings a second, the most at full calm."""

_NEARLY_TUCKED = 0.3
"""mouthRollLower from which calm movement keeps the lower lip where it is."""

_SUBTLE_CALM = 0.5
_SUBTLE_SIZE = 0.65
_CARTOON_SIZE = 1.35
_CARTOON_LIPS = 1.25
_WIDEST_SHAPE = 0.75
"""Shapes of the lips are not exaggerated beyond this, where faces break."""

_SHAPES = frozenset(("mouthPucker", "mouthFunnel", "mouthSmileLeft", "mouthSmileRight",
                     "mouthStretchLeft", "mouthStretchRight"))  # fmt: skip
_SNAP = 0.04  # s to either side from which a held value is taken
_HELD = 0.02  # s by which a contact is longer, before and after
_SOFT = 0.01  # s, standard deviation that rounds what was snapped


def calm_reach(rate: float, amount: float, full: float) -> int:
    """Rows on both sides that ``calm`` needs."""
    if amount <= 0.0:
        return 0
    return gaussian_reach(_CALM * amount * rate) + speed_reach(rate, _fastest(amount) * full)


def calm(
    names: tuple[str, ...], rate: float, values: np.ndarray, amount: float, full: float
) -> np.ndarray:
    """Channels [T, C] whose mouth moves more slowly; may return ``values``.

    Args:
        names: C channel names.
        rate: rows per second.
        values: the channels.
        amount: 0..1.
        full: the speaker's ``easing.full_opening``.
    """
    if amount <= 0.0 or len(values) < 3:
        return values
    moving = is_mouth(names) & ~_are_contacts(names)
    result = values.copy()
    result[:, moving] = gaussian(values[:, moving], _CALM * amount * rate)
    Seal(names, values).restore(result)
    touch = touching(names, values)
    if "mouthRollLower" in names:
        touch |= values[:, names.index("mouthRollLower")] >= _NEARLY_TUCKED
    limit_speed(names, rate, result, _fastest(amount) * full, touch, values)
    return result


def _fastest(amount: float) -> float:
    return FASTEST + amount * (_CALMEST - FASTEST)


def style_reach(rate: float, style: float, full: float) -> int:
    """Rows on both sides that ``styled`` needs."""
    if style > 0.0:
        return 2 * round(_SNAP * style * rate) + gaussian_reach(_SOFT * rate)
    return calm_reach(rate, -_SUBTLE_CALM * style, full)


def styled(
    names: tuple[str, ...], rate: float, values: np.ndarray, style: float, full: float | None
) -> np.ndarray:
    """Channels [T, C] in a style; ``values`` themselves at 0.

    Args:
        names: C channel names.
        rate: rows per second.
        values: the channels.
        style: -1 (subtle) to 1 (cartoon).
        full: the speaker's ``easing.full_opening``; None for sizes alone, without later rows.
    """
    if style == 0.0:
        return values
    if style < 0.0:
        if full is not None:
            values = calm(names, rate, values, -_SUBTLE_CALM * style, full)
        size = 1.0 + style * (1.0 - _SUBTLE_SIZE)
        return _sized(names, values, size, size)
    lips = 1.0 + style * (_CARTOON_LIPS - 1.0)
    sized = _sized(names, values, 1.0 + style * (_CARTOON_SIZE - 1.0), lips)
    return sized if full is None or len(values) < 3 else _snapped(names, rate, sized, style)


def _sized(names: tuple[str, ...], values: np.ndarray, size: float, shapes: float) -> np.ndarray:
    """A new [T, C] with all but contacts scaled by ``size``, shapes of the lips by ``shapes``."""
    gains = np.array([shapes if name in _SHAPES else size for name in names])
    gains[_are_contacts(names)] = 1.0
    most = np.array([_WIDEST_SHAPE if name in _SHAPES else 1.0 for name in names], np.float32)
    result = np.minimum(values * gains.astype(np.float32), np.maximum(values, most))
    Seal(names, values).restore(result)
    return result


def _snapped(names: tuple[str, ...], rate: float, values: np.ndarray, style: float) -> np.ndarray:
    reach, held = round(_SNAP * style * rate), round(_HELD * style * rate)
    mouth, contacts = is_mouth(names), _are_contacts(names)
    result = values.copy()
    moving = mouth & ~contacts
    result[:, moving] = gaussian(_toggled(values[:, moving], reach), _SOFT * rate)
    if "mouthRollLower" in names:
        roll = names.index("mouthRollLower")
        result[:, roll] = _highest(values[:, [roll]], held)[:, 0]
    if "jawOpen" in names and "mouthClose" in names:
        jaw, close = names.index("jawOpen"), names.index("mouthClose")
        made_up = np.minimum(values[:, close], values[:, jaw])
        share = np.divide(
            made_up, values[:, jaw], out=np.zeros_like(made_up), where=values[:, jaw] > 0.01
        )
        share = _highest(share[:, None], held)[:, 0]
        result[:, close] = share * result[:, jaw] + (values[:, close] - made_up)
        for name in (*LOWER, *UPPER):
            if name in names:
                result[:, names.index(name)] *= 1.0 - share
    return result


def _toggled(values: np.ndarray, reach: int) -> np.ndarray:
    """Each value of [T, C] replaced by the nearer of the highest and the lowest within reach."""
    high, low = _highest(values, reach), -_highest(-values, reach)
    return np.where(high - values <= values - low, high, low)


def _highest(values: np.ndarray, reach: int) -> np.ndarray:
    """The highest of [T, C] within ``reach`` rows of each."""
    result = values.copy()
    for shift in range(1, reach + 1):
        np.maximum(result[shift:], values[:-shift], out=result[shift:])
        np.maximum(result[:-shift], values[shift:], out=result[:-shift])
    return result


def _are_contacts(names: Sequence[str]) -> np.ndarray:
    return np.array([name in CONTACTS for name in names], bool)
