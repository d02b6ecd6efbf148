"""What the numbers of other programs mean: between this project's columns and those of a packet.

Head angles: a packet says them as shares of half a turn, -1..1, as Unreal's AppleARKitFaceSupport
does: yaw to the character's left, pitch chin down, roll to its right shoulder.
"""

from collections.abc import Sequence

import numpy as np

from ....model.channels import ARKIT_52
from ...core.rigs.mapping import HEAD
from .live_link_packet import NAMES

COLUMNS: tuple[str, ...] = (*ARKIT_52, *HEAD)
"""What a packet gives here: the 52 channels, then the head's pitch, yaw and roll in radians."""

_OWN = {name[0].lower() + name[1:]: place for place, name in enumerate(NAMES)}
_PLACES = np.array([_OWN[name] for name in COLUMNS])
_TURNS = {"headPitch": 1 / np.pi, "headYaw": 1 / np.pi, "headRoll": -1 / np.pi}
_SCALES = np.array([_TURNS.get(name, 1.0) for name in COLUMNS], np.float32)
_LOW = np.array([0.0 if name in ARKIT_52 else -1.0 for name in COLUMNS], np.float32)
_HIGH = np.array([2.0 if name in ARKIT_52 else 1.0 for name in COLUMNS], np.float32)
"""ARKit's channels end at 1; programs that exaggerate go beyond."""


def columns_of(packet_values: np.ndarray) -> np.ndarray:
    """The columns float32 [55] of a packet's values [61]; channels in 0..2, radians within ±π."""
    return (np.clip(packet_values[_PLACES], _LOW, _HIGH) / _SCALES).astype(np.float32)


def packet_values_of(names: Sequence[str], values: np.ndarray) -> np.ndarray:
    """A packet's values float32 [61].

    Args:
        names: C names of columns; those that no packet has are left out.
        values: [C] channel values, and head angles in radians. Those that are no number count as 0.
    """
    made = [0.0] * len(NAMES)
    finite = np.nan_to_num(np.asarray(values, np.float32)).tolist()
    for name, value in zip(names, finite, strict=True):
        if name in _OWN:
            made[_OWN[name]] = value * _TURNS.get(name, 1.0)
    return np.array(made, np.float32)
