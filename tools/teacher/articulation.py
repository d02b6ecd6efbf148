"""The table of phones: a target and a dominance per articulator.

Targets are in shape-key units of the network's raw outputs: mouthClose holds the seal of the lips
and mouthRollLower the tuck of the lower lip, see model.lip_seal. Dominance is the weight of a
phone against its neighbours: 0 leaves the articulator to them. The values are ours, chosen from
articulatory phonetics (vowel height and rounding of the IPA chart; which consonants fix the jaw:
S. Keating 1990; which fix the lips: P. Ladefoged and K. Johnson, "A Course in Phonetics"), and
moved by a fit to filmed lips (fitted_lips.json, made by tools.teacher.filmed_lips). Articulators
with two sides are listed once and copied to left and right.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FITTED_LIPS = Path(__file__).with_name("fitted_lips.json")

ARTICULATORS: dict[str, tuple[str, ...]] = {
    "jaw": ("jawOpen",),
    "jaw_forward": ("jawForward",),
    "pucker": ("mouthPucker",),
    "funnel": ("mouthFunnel",),
    "lower": ("mouthLowerDownLeft", "mouthLowerDownRight"),
    "upper": ("mouthUpperUpLeft", "mouthUpperUpRight"),
    "stretch": ("mouthStretchLeft", "mouthStretchRight"),
    "smile": ("mouthSmileLeft", "mouthSmileRight"),
    "dimple": ("mouthDimpleLeft", "mouthDimpleRight"),
    "roll_lower": ("mouthRollLower",),
    "roll_upper": ("mouthRollUpper",),
    "press": ("mouthPressLeft", "mouthPressRight"),
    "shrug_lower": ("mouthShrugLower",),
    "shrug_upper": ("mouthShrugUpper",),
    "puff": ("cheekPuff",),
    "tongue": ("tongueOut",),
}
"""Articulator to the ARKit channels it drives."""

_RELAXED = 0.35
"""Dominance of the neutral value for articulators that a phone does not name."""

_OPEN_VOWELS = {
    # phone: jaw, lower lip down, upper lip up
    "a": (0.54, 0.26, 0.14), "ɑ": (0.56, 0.24, 0.12), "æ": (0.52, 0.30, 0.18),
    "ɐ": (0.45, 0.22, 0.12), "ʌ": (0.40, 0.20, 0.10), "ɛ": (0.36, 0.24, 0.14),
    "ɜ": (0.27, 0.16, 0.10), "ə": (0.26, 0.15, 0.08), "e": (0.24, 0.20, 0.12),
    "ɪ": (0.18, 0.16, 0.09), "i": (0.09, 0.13, 0.08), "ɨ": (0.13, 0.13, 0.08),
    "ɯ": (0.13, 0.12, 0.07),
}  # fmt: skip
_SPREAD = {"i": 0.34, "e": 0.26, "ɪ": 0.18, "æ": 0.20, "ɛ": 0.16, "a": 0.08, "ɨ": 0.12}

_ROUND_VOWELS = {
    # phone: jaw, pucker, funnel
    "u": (0.11, 0.78, 0.34), "ʊ": (0.18, 0.46, 0.30), "o": (0.32, 0.50, 0.48),
    "ɔ": (0.44, 0.22, 0.46), "ɒ": (0.50, 0.10, 0.30), "y": (0.11, 0.72, 0.30),
    "ʏ": (0.15, 0.50, 0.28), "ø": (0.21, 0.52, 0.36), "œ": (0.30, 0.32, 0.38),
}  # fmt: skip

_CONSONANTS: dict[str, dict[str, tuple[float, float]]] = {
    # bilabials seal; the jaw may stay open behind them
    "p": {"jaw": (0.12, 0.8), "press": (0.30, 1.5), "roll_lower": (0.22, 1),
          "roll_upper": (0.14, 1),
          "puff": (0.10, 1), "lower": (0, 1), "upper": (0, 1), "shrug_lower": (0.10, 1)},
    "b": {"jaw": (0.12, 0.8), "press": (0.26, 1.5), "roll_lower": (0.22, 1),
          "roll_upper": (0.14, 1),
          "puff": (0.08, 1), "lower": (0, 1), "upper": (0, 1), "shrug_lower": (0.10, 1)},
    "m": {"jaw": (0.11, 0.8), "press": (0.34, 1.5), "roll_lower": (0.28, 1),
          "roll_upper": (0.18, 1),
          "lower": (0, 1), "upper": (0, 1), "shrug_lower": (0.08, 1)},
    "β": {"jaw": (0.12, 0.8), "lower": (0.02, 1), "upper": (0.02, 1), "roll_lower": (0.16, 1)},
    "ɸ": {"jaw": (0.10, 0.8), "lower": (0.02, 1), "upper": (0.02, 1), "funnel": (0.15, 1)},
    # labiodentals: lower lip to the upper teeth
    "f": {"jaw": (0.16, 1.0), "roll_lower": (1.0, 2.5), "upper": (0.16, 2), "lower": (0, 3),
          "stretch": (0.08, 0.6), "funnel": (0, 0.8)},
    "v": {"jaw": (0.18, 0.8), "roll_lower": (1.0, 2.5), "upper": (0.14, 2), "lower": (0, 3),
          "stretch": (0.08, 0.6), "funnel": (0, 0.8)},
    "ʋ": {"jaw": (0.08, 1.2), "roll_lower": (0.55, 1.6), "upper": (0.10, 1.2), "lower": (0, 2)},
    # dentals and alveolars: tongue forward, jaw fairly high
    "θ": {"jaw": (0.15, 1.2), "tongue": (0.36, 2), "lower": (0.16, 0.8), "upper": (0.10, 0.8)},
    "ð": {"jaw": (0.16, 1.0), "tongue": (0.30, 2), "lower": (0.15, 0.7), "upper": (0.09, 0.7)},
    "t": {"jaw": (0.12, 1.0), "tongue": (0.05, 1), "lower": (0.15, 0.5), "upper": (0.08, 0.5)},
    "d": {"jaw": (0.14, 0.9), "tongue": (0.05, 1), "lower": (0.15, 0.5), "upper": (0.08, 0.5)},
    "n": {"jaw": (0.15, 0.8), "tongue": (0.06, 1), "lower": (0.14, 0.5), "upper": (0.08, 0.5)},
    "l": {"jaw": (0.20, 0.8), "tongue": (0.12, 1.2), "lower": (0.16, 0.5), "upper": (0.09, 0.5)},
    "ɾ": {"jaw": (0.17, 0.6), "tongue": (0.06, 1), "lower": (0.15, 0.4), "upper": (0.08, 0.4)},
    "r": {"jaw": (0.17, 0.8), "tongue": (0.06, 1), "lower": (0.15, 0.5), "upper": (0.08, 0.5)},
    "s": {"jaw": (0.06, 2.0), "lower": (0.24, 1.2), "upper": (0.12, 1.2), "stretch": (0.16, 0.8),
          "smile": (0.08, 0.6), "jaw_forward": (0.06, 1), "funnel": (0, 0.5)},
    "z": {"jaw": (0.07, 1.8), "lower": (0.22, 1.2), "upper": (0.12, 1.2), "stretch": (0.15, 0.8),
          "smile": (0.08, 0.6), "jaw_forward": (0.06, 1), "funnel": (0, 0.5)},
    "ts": {"jaw": (0.07, 1.8), "lower": (0.23, 1.2), "upper": (0.12, 1.2), "stretch": (0.15, 0.8)},
    "dz": {"jaw": (0.08, 1.6), "lower": (0.22, 1.2), "upper": (0.12, 1.2), "stretch": (0.14, 0.8)},
    # postalveolars protrude the lips
    "ʃ": {"jaw": (0.07, 1.8), "funnel": (0.52, 1.4), "pucker": (0.20, 1.2), "lower": (0.20, 1),
          "upper": (0.14, 1), "jaw_forward": (0.10, 1), "shrug_upper": (0.08, 1)},
    "ʒ": {"jaw": (0.08, 1.6), "funnel": (0.48, 1.4), "pucker": (0.20, 1.2), "lower": (0.19, 1),
          "upper": (0.13, 1), "jaw_forward": (0.10, 1), "shrug_upper": (0.08, 1)},
    "tʃ": {"jaw": (0.07, 1.8), "funnel": (0.50, 1.4), "pucker": (0.20, 1.2), "lower": (0.18, 1),
           "upper": (0.13, 1), "jaw_forward": (0.10, 1), "shrug_upper": (0.08, 1)},
    "dʒ": {"jaw": (0.08, 1.7), "funnel": (0.46, 1.4), "pucker": (0.20, 1.2), "lower": (0.18, 1),
           "upper": (0.13, 1), "jaw_forward": (0.10, 1), "shrug_upper": (0.08, 1)},
    # approximants
    "w": {"jaw": (0.10, 1.4), "pucker": (0.82, 2.2), "funnel": (0.30, 1.6), "lower": (0.02, 1),
          "upper": (0.02, 1)},
    "ɹ": {"jaw": (0.15, 0.8), "pucker": (0.38, 1.1), "funnel": (0.26, 1.0), "lower": (0.12, 0.5),
          "upper": (0.08, 0.5)},
    "j": {"jaw": (0.11, 1.0), "smile": (0.18, 0.7), "lower": (0.18, 0.6), "upper": (0.11, 0.6)},
    # behind the tongue's front nothing is fixed on the face but a fairly open jaw
    "ç": {"jaw": (0.11, 1.0), "smile": (0.14, 0.5), "lower": (0.18, 0.6), "upper": (0.1, 0.6)},
    "ɲ": {"jaw": (0.13, 0.8), "lower": (0.15, 0.5), "upper": (0.09, 0.5)},
    "k": {"jaw": (0.18, 0.45), "lower": (0.15, 0.3), "upper": (0.08, 0.3)},
    "ɡ": {"jaw": (0.18, 0.45), "lower": (0.15, 0.3), "upper": (0.08, 0.3)},
    "ŋ": {"jaw": (0.18, 0.45), "lower": (0.15, 0.3), "upper": (0.08, 0.3)},
    "x": {"jaw": (0.20, 0.45), "lower": (0.15, 0.3), "upper": (0.08, 0.3)},
    "ɣ": {"jaw": (0.20, 0.45), "lower": (0.15, 0.3), "upper": (0.08, 0.3)},
    "q": {"jaw": (0.20, 0.4), "lower": (0.15, 0.3), "upper": (0.08, 0.3)},
    "ʁ": {"jaw": (0.20, 0.4), "lower": (0.15, 0.3), "upper": (0.08, 0.3)},
    "h": {"jaw": (0.20, 0.1), "lower": (0.15, 0.1), "upper": (0.08, 0.1)},
    "ʔ": {"jaw": (0.18, 0.1), "lower": (0.12, 0.1), "upper": (0.06, 0.1)},
}  # fmt: skip


@dataclass(frozen=True)
class Contact:
    """A touch of the lips that coarticulation may not wash out.

    Attributes:
        shares: phone to the share of its labelled time that the touch lasts; labels of stops
            hold the release as well.
        targets: what articulators take while it lasts.
    """

    shares: dict[str, float]
    targets: dict[str, float]


BILABIAL_CONTACT = Contact(
    {"p": 0.72, "b": 0.85, "m": 0.95},
    {"press": 0.28, "roll_lower": 0.24, "roll_upper": 0.15, "lower": 0.0, "upper": 0.0},
)
LABIODENTAL_CONTACT = Contact(
    {"f": 0.95, "v": 0.95},
    {"roll_lower": 1.0, "upper": 0.16, "lower": 0.0, "funnel": 0.02, "stretch": 0.06},
)


def targets_of(phone: str) -> dict[str, tuple[float, float]]:
    """(target, dominance) per articulator of one phone, the table's values moved by the fit."""
    return {
        name: (fitted_target(phone, name, target), dominance)
        for name, (target, dominance) in table_targets(phone).items()
    }


def fitted_target(phone: str, articulator: str, target: float) -> float:
    """The target of one articulator, in 0..1, moved by the fit.

    The jaw and the lips' openers are multiplied by the phone's fitted opening over the table's. A
    mouth wider than the table's adds to stretch and smile, a narrower one to the pucker.
    """
    opening, width = fitted_moves().get(phone, (1.0, 0.0))
    if articulator in ("jaw", "lower", "upper"):
        target *= opening
    elif articulator in ("stretch", "smile"):
        target += max(width, 0.0)
    elif articulator == "pucker":
        target += max(-width, 0.0)
    return min(max(target, 0.0), 1.0)


@cache
def fitted_moves() -> dict[str, tuple[float, float]]:
    """Phone to (factor of the opening, change of the width), from fitted_lips.json."""
    fitted = json.loads(FITTED_LIPS.read_text(encoding="utf-8"))
    return {phone: tuple(moves) for phone, moves in fitted["phones"].items()}


def table_targets(phone: str) -> dict[str, tuple[float, float]]:
    """(target, dominance) per articulator of one phone of tools.data.phones.PHONES, unfitted."""
    if phone == "sil":
        return dict.fromkeys(ARTICULATORS, (0.0, 1.0))
    if phone in _OPEN_VOWELS:
        jaw, lower, upper = _OPEN_VOWELS[phone]
        spread = _SPREAD.get(phone, 0.0)
        named = {
            "jaw": (jaw, 3.0), "lower": (lower, 3.0), "upper": (upper, 3.0),
            "smile": (0.6 * spread, 0.8), "stretch": (0.5 * spread, 0.8),
            "dimple": (0.2 * spread, 0.8), "pucker": (0.0, 0.8), "funnel": (0.0, 0.8),
        }  # fmt: skip
    elif phone in _ROUND_VOWELS:
        jaw, pucker, funnel = _ROUND_VOWELS[phone]
        named = {
            "jaw": (jaw, 3.0), "pucker": (pucker, 1.4), "funnel": (funnel, 1.4),
            "lower": (0.06, 3.0), "upper": (0.03, 3.0), "smile": (0.0, 0.8),
            "stretch": (0.0, 0.8),
        }  # fmt: skip
    else:
        named = _CONSONANTS[phone]
    lips_free = phone in ("h", "ʔ", "k", "ɡ", "ŋ", "x", "ɣ", "q", "ʁ")
    neutral = (0.0, 0.1 if lips_free else _RELAXED)
    return {name: named.get(name, neutral) for name in ARTICULATORS}
