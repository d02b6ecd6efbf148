"""The formats that a face can be sent in: Live Link Face, and OSC through the package python-osc.

Sources: VMC protocol, protocol.vmc.info (``/VMC/Ext/Blend/Val`` name value, then
``/VMC/Ext/Blend/Apply``; names are case-sensitive, those of Perfect Sync begin with a capital
letter). VRChat and most other receivers of OSC take one address for each value.
"""

import uuid
from collections.abc import Callable, Sequence

import numpy as np

from ....model.channels import ARKIT_52
from ....model.optional import optional_import
from ...errors import StreamingError
from . import live_link

Encoder = Callable[[float, Sequence[str], np.ndarray], list[bytes]]
"""Makes datagrams of a frame: its seconds, the names of its channels [C] and their values [C]."""

Message = tuple[str, tuple[int | float | str, ...]]
"""An OSC address and its arguments."""

PORTS = {"LIVE_LINK": live_link.PORT, "VMC": 39539, "OSC": 9000}
"""The usual ports of receivers: Unreal; a Marionette of VMC; VRChat."""

OSC_PREFIX = "/avatar/parameters/"
"""What VRChat expects in front of a channel's name."""

_DAY = 86400
"""Seconds after which a timecode starts again at 0."""

_MOST_BYTES = 1400
"""Of a datagram, so that no network has to split it."""

_OSC_KINDS = {int: "i", float: "f", str: "s"}


def encoder(kind: str, subject: str, fps: float) -> Encoder:
    """The encoder of one of PORTS.

    Args:
        kind: a key of PORTS.
        subject: the name of the face, in formats that have one.
        fps: frames per second of the timecode, in formats that have one.

    Raises:
        StreamingError: the format needs a package that is missing, or there is no such format.
    """
    if kind == "LIVE_LINK":
        return _live_link_encoder(subject, fps)
    if kind == "VMC":
        return _osc_encoder(_vmc_messages)
    if kind == "OSC":
        return _osc_encoder(_plain_messages)
    raise StreamingError(f'The format "{kind}" cannot be sent: choose one of {", ".join(PORTS)}.')


def _live_link_encoder(subject: str, fps: float) -> Encoder:
    """Live Link Face's packets; the timecode counts frames from second 0 of the frames' clock."""
    name = f"audio2face:{subject}".encode("utf-8", "replace").decode()
    device = str(uuid.uuid5(uuid.NAMESPACE_URL, name)).upper()
    rate = live_link.rate_of(fps)

    def datagrams(seconds: float, names: Sequence[str], values: np.ndarray) -> list[bytes]:
        frames = seconds % _DAY * float(rate)
        sent = live_link.packet_values_of(names, values)
        packet = live_link.Packet(device, subject, int(frames), frames % 1, rate, sent)
        return [live_link.encode(packet)]

    return datagrams


def _vmc_messages(seconds: float, face: list[tuple[str, float]]) -> list[Message]:
    values: list[Message] = [
        ("/VMC/Ext/Blend/Val", (name[0].upper() + name[1:], value))
        for name, value in face
        if name in ARKIT_52
    ]
    start: list[Message] = [("/VMC/Ext/OK", (1,)), ("/VMC/Ext/T", (seconds,))]
    return [*start, *values, ("/VMC/Ext/Blend/Apply", ())]


def _plain_messages(_seconds: float, face: list[tuple[str, float]]) -> list[Message]:
    return [(OSC_PREFIX + name, (value,)) for name, value in face]


def _osc_encoder(messages_of: Callable[[float, list[tuple[str, float]]], list[Message]]) -> Encoder:
    """An encoder of the messages made of a frame's seconds and (channel, value) pairs: bundles to
    be acted on at once, in order, each small enough for one datagram."""
    messages = optional_import("pythonosc.osc_message_builder")
    bundles = optional_import("pythonosc.osc_bundle_builder")
    if messages is None or bundles is None:
        raise StreamingError(
            "OSC needs the package python-osc, which this build does not contain: install the "
            "zip with wheels, or send Live Link."
        )

    def datagrams(seconds: float, names: Sequence[str], values: np.ndarray) -> list[bytes]:
        finite = np.nan_to_num(values).astype(float).tolist()
        made: list[bytes] = []
        bundle, size = bundles.OscBundleBuilder(bundles.IMMEDIATELY), 16
        for address, arguments in messages_of(seconds, list(zip(names, finite, strict=True))):
            builder = messages.OscMessageBuilder(address=address)
            for argument in arguments:
                builder.add_arg(argument, _OSC_KINDS[type(argument)])
            message = builder.build()
            if size + 4 + message.size > _MOST_BYTES:
                made.append(bundle.build().dgram)
                bundle, size = bundles.OscBundleBuilder(bundles.IMMEDIATELY), 16
            bundle.add_content(message)
            size += 4 + message.size
        return [*made, bundle.build().dgram]

    return datagrams
