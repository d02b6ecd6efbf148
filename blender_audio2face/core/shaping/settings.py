"""The artist's dials, and which channels each of them acts on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from ....model.channels import JAW, MOUTH, MOUTH_GROUP, TONGUE
from ....model.errors import A2FError

LIGHT_SMOOTHING = 0.25
"""Removes the network's 20 ms steps from its curves, with no other visible change."""


class DialError(A2FError):
    """A dial is out of its range."""


@dataclass(frozen=True)
class Dials:
    """How curves are shaped. The defaults only remove the network's 20 ms steps and add blinks.

    Attributes:
        overall: strength of every channel, 0..2.
        jaw: strength of the jaw, 0..2. mouthClose follows it, so that touching lips still touch.
        lips: strength of lips and cheekPuff, 0..2.
        tongue: strength of tongueOut, 0..2.
        upper_face: strength of brows, lids, gaze, cheeks and nose, 0..2.
        channels: further strength by channel name, 0..2.
        smoothing: 0 (the network's curves) to 1; touches of the lips keep their rows.
        offset_ms: positive moves the face later than the sound; rounded to whole rows.
        emphasis: -1 (flat, mumbled) to 1 (twice the movement about its local mean).
        close_bias: -1 (lips further apart) to 1 (lips closer; near closures touch).
        asymmetry: -1 (the character's left side stronger) to 1 (the right side stronger).
        pauses: 0 (lips shut in silence) to 1 (parted in short pauses inside speech, as filmed).
        ease: 0 (as analysed) to 1 (the mouth opens and relaxes no faster than filmed mouths).
        style: -1 (subtle: small, soft movement) to 1 (cartoon: large, snappy, held).
        limit: upper bound of any channel, 0..1.
        blinks: add blinks.
        blink_rate: blinks a minute, 0..60.
        brow_layer: strength of brow raises on stressed syllables, 0..1.
        head_nod: strength of head movement, 0..1; above 0 adds headPitch, headYaw, headRoll.
        eye_darts: strength of small gaze shifts, 0..1.
        seed: of blinks, darts and drifts; not negative.

    Raises:
        DialError: a value lies outside its range.
    """

    overall: float = 1.0
    jaw: float = 1.0
    lips: float = 1.0
    tongue: float = 1.0
    upper_face: float = 1.0
    channels: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    smoothing: float = LIGHT_SMOOTHING
    offset_ms: float = 0.0
    emphasis: float = 0.0
    close_bias: float = 0.0
    asymmetry: float = 0.0
    pauses: float = 1.0
    ease: float = 0.75
    style: float = 0.0
    limit: float = 1.0
    blinks: bool = True
    blink_rate: float = 15.0
    brow_layer: float = 0.0
    head_nod: float = 0.0
    eye_darts: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in RANGES.items():
            _check(name, getattr(self, name), low, high)
        for channel, strength in self.channels.items():
            _check(f"strength of {channel}", strength, *RANGES["overall"])


RANGES: dict[str, tuple[float, float]] = {
    **dict.fromkeys(("overall", "jaw", "lips", "tongue", "upper_face"), (0.0, 2.0)),
    **dict.fromkeys(
        ("smoothing", "pauses", "ease", "limit", "brow_layer", "head_nod", "eye_darts"), (0.0, 1.0)
    ),
    **dict.fromkeys(("emphasis", "close_bias", "asymmetry", "style"), (-1.0, 1.0)),
    "offset_ms": (-1000.0, 1000.0),
    "blink_rate": (0.0, 60.0),
    "seed": (0, 2**31 - 1),
}
"""Lowest and highest value of each dial that is a number."""


def _check(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        label = name.replace("_", " ")
        raise DialError(f"The dial {label} is {value:g}; set it between {low:g} and {high:g}.")


_LIPS = frozenset((*MOUTH, "cheekPuff"))
_DIRECTIONS = frozenset(("jawLeft", "jawRight", "mouthLeft", "mouthRight"))
"""Movements of the whole mouth to a side, which belong to neither side."""


def is_mouth(names: Sequence[str]) -> np.ndarray:
    """Which channels shape the mouth, bool [C]."""
    return np.array([name in MOUTH_GROUP for name in names], bool)


def strength(name: str, dials: Dials) -> float:
    """Factor of a channel, without asymmetry."""
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
