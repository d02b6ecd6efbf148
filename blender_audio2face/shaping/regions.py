"""Which dial a channel belongs to, and which channels are two sides of one movement."""

from collections.abc import Sequence

import numpy as np

from ...model.channels import JAW, MOUTH, MOUTH_GROUP, TONGUE
from .dials import Dials

_LIPS = frozenset((*MOUTH, "cheekPuff"))
_DIRECTIONS = frozenset(("jawLeft", "jawRight", "mouthLeft", "mouthRight"))
"""Movements of the whole mouth to a side, not one side's movement."""


def is_mouth(names: Sequence[str]) -> np.ndarray:
    """Which channels shape the mouth, bool [C]."""
    return np.array([name in MOUTH_GROUP for name in names], bool)


def strength(name: str, dials: Dials) -> float:
    """What a channel is multiplied with, the side apart."""
    if name in JAW:
        region = dials.jaw
    elif name in _LIPS:
        region = dials.lips
    elif name in TONGUE:
        region = dials.tongue
    else:
        region = dials.upper_face
    return dials.overall * region * dials.channels.get(name, 1.0)


def side(name: str) -> float:
    """-1 for a movement of the character's left side, 1 for the right, 0 for neither.

    Lids and gaze count as neither: uneven blinks are winks, uneven gaze is a squint.
    """
    if name in _DIRECTIONS or name.startswith(("eyeBlink", "eyeLook")):
        return 0.0
    if name.endswith("Left"):
        return -1.0
    return 1.0 if name.endswith("Right") else 0.0
