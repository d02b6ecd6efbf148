"""From ARKit channels to the features that viseme rigs are driven by.

A viseme rig has one shape for each kind of mouth, and shapes add up. Thirteen *states* of the mouth
therefore partition each moment: their sum is exactly 1. Where no state is given to visemes with a
total weight above 1, no mixture of visemes exceeds 1 either. Every state is a product of
memberships in 0..1 of channel values, which rise and fall linearly or by a cubic between two
levels. The levels lie between the medians of the phones of English and Dutch speech in the
network's output.
"""

from collections.abc import Sequence

import numpy as np

MOUTH_STATES: tuple[str, ...] = (
    "sealed",
    "tucked",
    "rest",
    "hissed",
    "hushed",
    "open",
    "midSpread",
    "midNeutral",
    "narrowSpread",
    "narrowNeutral",
    "tongueTip",
    "roundOpen",
    "roundNarrow",
)
"""p b m · f v · silence · s z · sh ch · a · e · schwa · i · d t k · n l th · o · u w.

They sum to 1 at every moment.
"""

DERIVED: tuple[str, ...] = (*MOUTH_STATES, "lipSeal", "rounding", "spread", "tongueUp")
"""All features besides the channels. lipSeal: how far the lips make up for the jaw's opening, 1
when they touch; rounding: pucker and funnel; spread: the corners pulled; tongueUp: the tip at the
teeth.
"""


def features(names: Sequence[str], values: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """The channels, and the features derived from them.

    Args:
        names: C channel names; an ARKit channel that is missing counts as 0.
        values: [F, C] channel values.

    Returns:
        (names, values): the C channels as they came, then DERIVED, float32 [F, C + D]. Derived
        features lie in 0..1.
    """
    values = np.asarray(values, np.float32)
    derived = _derive(list(names), values)
    columns = np.stack([derived[name] for name in DERIVED], axis=1)
    return (*names, *DERIVED), np.concatenate([values, columns], axis=1).astype(np.float32)


def _derive(names: list[str], values: np.ndarray) -> dict[str, np.ndarray]:
    def column(name: str) -> np.ndarray:
        if name not in names:
            return np.zeros(len(values), np.float32)
        return np.clip(values[:, names.index(name)], 0.0, 1.0)

    def both(name: str) -> np.ndarray:
        return 0.5 * (column(f"{name}Left") + column(f"{name}Right"))

    jaw, close, press = column("jawOpen"), column("mouthClose"), both("mouthPress")
    lower, upper = both("mouthLowerDown"), both("mouthUpperUp")
    pucker, funnel = column("mouthPucker"), column("mouthFunnel")
    roll = column("mouthRollLower")

    shut = np.where(jaw > 0.02, close / np.maximum(jaw, 0.02), 1.0)
    effort = np.maximum(_ramp(close, 0.01, 0.06), _ramp(press, 0.03, 0.12))
    seal = _smooth(shut, 0.25, 0.9) * effort
    tuck = _smooth(roll, 0.22, 0.45) * (1.0 - seal)
    free = 1.0 - seal - tuck

    opening = np.maximum(jaw - close, 0.0) + 0.25 * (lower + upper)
    rounding = _ramp(pucker + funnel, 0.2, 0.5)
    spread = _ramp(both("mouthSmile") + both("mouthStretch") + both("mouthDimple"), 0.06, 0.26)
    spoken = free * np.maximum(_smooth(opening, 0.05, 0.14), rounding)
    # Teeth that meet behind parted lips: the lower lip is down although the jaw is not.
    teeth = _ramp(lower - 0.6 * jaw + column("jawForward"), 0.08, 0.2)
    hush = _ramp(funnel - 0.5 * pucker, 0.1, 0.25)
    hissing = spoken * np.maximum(teeth, hush * _ramp(column("jawForward"), 0.02, 0.06))
    voiced = spoken - hissing
    round_ = voiced * rounding
    unround = voiced - round_
    wide = _ramp(jaw, 0.22, 0.36)
    mid = unround * (1.0 - wide) * _ramp(jaw, 0.12, 0.22)
    narrow = unround * (1.0 - wide) - mid
    plain = 1.0 - spread
    tongue = _ramp(column("tongueOut"), 0.015, 0.05)
    round_open = _ramp(jaw, 0.14, 0.26)
    return {
        "sealed": seal,
        "tucked": tuck,
        "rest": free - spoken,
        "hissed": hissing * (1.0 - hush),
        "hushed": hissing * hush,
        "open": unround * wide,
        "midSpread": mid * spread,
        "midNeutral": mid * plain * (1.0 - tongue),
        "narrowSpread": narrow * spread,
        "narrowNeutral": narrow * plain * (1.0 - tongue),
        "tongueTip": (mid + narrow) * plain * tongue,
        "roundOpen": round_ * round_open,
        "roundNarrow": round_ * (1.0 - round_open),
        "lipSeal": seal,
        "rounding": rounding,
        "spread": spread,
        "tongueUp": tongue,
    }


def _ramp(x: np.ndarray, start: float, stop: float) -> np.ndarray:
    """0 up to start, 1 from stop, linear between."""
    return np.clip((x - start) / (stop - start), 0.0, 1.0)


def _smooth(x: np.ndarray, start: float, stop: float) -> np.ndarray:
    """The same with a cubic (smoothstep) between."""
    t = _ramp(x, start, stop)
    return t * t * (3.0 - 2.0 * t)
