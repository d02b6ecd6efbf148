"""Faces as messages of Open Sound Control, through the package python-osc.

Sources: VMC protocol, protocol.vmc.info (``/VMC/Ext/Blend/Val`` name value, then
``/VMC/Ext/Blend/Apply``; names are case-sensitive, those of Perfect Sync begin with a capital
letter); Face Cap's live mode, bannaflak.com/face-cap/livemode.html (``/W`` index value, ``/HR``
degrees). VRChat and most other receivers take one address for each value.
"""

from collections.abc import Iterable, Sequence
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np

from ....model.channels import ARKIT_52
from ....model.optional import optional_import
from ...core.rigs.mapping import HEAD
from .errors import WireError
from .sender import Encoder

if TYPE_CHECKING:
    from pythonosc.osc_bundle_builder import OscBundleBuilder
    from pythonosc.osc_message import OscMessage

Message = tuple[str, tuple[int | float | str, ...]]
"""An address and its arguments."""

FACE_CAP: tuple[str, ...] = (
    "browInnerUp", "browDownLeft", "browDownRight", "browOuterUpLeft", "browOuterUpRight",
    "eyeLookUpLeft", "eyeLookUpRight", "eyeLookDownLeft", "eyeLookDownRight",
    "eyeLookInLeft", "eyeLookInRight", "eyeLookOutLeft", "eyeLookOutRight",
    "eyeBlinkLeft", "eyeBlinkRight", "eyeSquintLeft", "eyeSquintRight",
    "eyeWideLeft", "eyeWideRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight",
    "noseSneerLeft", "noseSneerRight", "jawOpen", "jawForward", "jawLeft", "jawRight",
    "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight", "mouthRollUpper", "mouthRollLower",
    "mouthShrugUpper", "mouthShrugLower", "mouthClose", "mouthSmileLeft", "mouthSmileRight",
    "mouthFrownLeft", "mouthFrownRight", "mouthDimpleLeft", "mouthDimpleRight",
    "mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthPressLeft", "mouthPressRight", "mouthStretchLeft", "mouthStretchRight", "tongueOut",
)  # fmt: skip
"""Face Cap's order of the channels; its indices count from 0."""

_MOST_BYTES = 1400
"""Of a datagram, so that no network has to cut it."""


def vmc() -> Encoder:
    """The VMC protocol, for avatars with Perfect Sync. Raises WireError without python-osc."""
    return partial(_vmc, _package())


def face_cap() -> Encoder:
    """Face Cap's messages. Raises WireError without python-osc."""
    return partial(_face_cap, _package())


def plain(prefix: str) -> Encoder:
    """One address for each column: the prefix and its name, such as ``/avatar/parameters/jawOpen``.

    Raises:
        WireError: there is no python-osc, or OSC allows no such address.
    """
    if not prefix.startswith("/") or any(c in " #*,?[]{}" or not c.isprintable() for c in prefix):
        raise WireError(
            f'"{prefix}" is no OSC address: begin with /, and use no spaces and none of #*,?[]{{}}.'
        )
    return partial(_plain, _package(), prefix)


def _vmc(osc: "_Package", seconds: float, names: Sequence[str], values: np.ndarray) -> list[bytes]:
    messages: list[Message] = [("/VMC/Ext/OK", (1,)), ("/VMC/Ext/T", (seconds,))]
    messages += [
        ("/VMC/Ext/Blend/Val", (name[0].upper() + name[1:], value))
        for name, value in _finite(names, values)
        if name in ARKIT_52
    ]
    return osc.bundles([*messages, ("/VMC/Ext/Blend/Apply", ())])


def _face_cap(
    osc: "_Package", _seconds: float, names: Sequence[str], values: np.ndarray
) -> list[bytes]:
    face = dict(_finite(names, values))
    messages: list[Message] = []
    if any(name in face for name in HEAD):
        turns = [float(np.degrees(face.get(name, 0.0))) for name in HEAD]
        messages.append(("/HR", tuple(turns)))
    messages += [("/W", (i, face[name])) for i, name in enumerate(FACE_CAP) if name in face]
    return osc.bundles(messages)


def _plain(
    osc: "_Package", prefix: str, _seconds: float, names: Sequence[str], values: np.ndarray
) -> list[bytes]:
    return osc.bundles((prefix + name, (value,)) for name, value in _finite(names, values))


def _finite(names: Sequence[str], values: np.ndarray) -> list[tuple[str, float]]:
    """Columns as Python's numbers; those that are no number count as 0."""
    return list(zip(names, np.nan_to_num(values).astype(float).tolist(), strict=True))


class _Package:
    """The part of python-osc that is needed."""

    def __init__(self, messages: ModuleType, bundles: ModuleType) -> None:
        self._messages = messages
        self._bundles = bundles

    def bundles(self, messages: Iterable[Message]) -> list[bytes]:
        """Bundles to be acted on at once, in order, each small enough for one datagram."""
        made: list[bytes] = []
        builder, size = self._new(), 16
        for address, arguments in messages:
            message = self._message(address, arguments)
            if size + 4 + message.size > _MOST_BYTES:
                made.append(builder.build().dgram)
                builder, size = self._new(), 16
            builder.add_content(message)
            size += 4 + message.size
        return [*made, builder.build().dgram]

    def _new(self) -> "OscBundleBuilder":
        return self._bundles.OscBundleBuilder(self._bundles.IMMEDIATELY)

    def _message(self, address: str, arguments: tuple[int | float | str, ...]) -> "OscMessage":
        builder = self._messages.OscMessageBuilder(address=address)
        for argument in arguments:
            kind = {int: "i", float: "f", str: "s"}[type(argument)]
            builder.add_arg(argument, kind)
        return builder.build()


def _package() -> _Package:
    messages = optional_import("pythonosc.osc_message_builder")
    bundles = optional_import("pythonosc.osc_bundle_builder")
    if messages is None or bundles is None:
        raise WireError(
            "OSC needs the package python-osc, which this build does not hold: install the zip "
            "with wheels, or send Live Link."
        )
    return _Package(messages, bundles)
