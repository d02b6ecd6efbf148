"""What can be sent: each way to write a frame as datagrams."""

import uuid
from collections.abc import Sequence

import numpy as np

from ....model.errors import A2FError
from . import osc_packets
from .face_values import packet_values_of
from .live_link_packet import PORT, at_seconds, encode, rate_of
from .sender import Encoder

PORTS = {"LIVE_LINK": PORT, "VMC": 39539, "FACE_CAP": 8080, "OSC": 9000}
"""Where the usual receivers listen: Unreal; a Marionette of VMC; Face Cap's own example; VRChat."""


_DAY = 86400
"""Seconds after which a timecode begins anew, whatever the clock of the frames began with."""


def live_link(subject: str, fps: float) -> Encoder:
    """Live Link Face's packets, the timecode counted in frames of a rate from second 0 on."""
    name = f"audio2face:{subject}".encode("utf-8", "replace").decode()
    device = str(uuid.uuid5(uuid.NAMESPACE_URL, name)).upper()
    rate = rate_of(fps)

    def datagrams(seconds: float, names: Sequence[str], values: np.ndarray) -> list[bytes]:
        face = packet_values_of(names, values)
        packet = at_seconds(seconds % _DAY, rate, device=device, subject=subject, values=face)
        return [encode(packet)]

    return datagrams


def encoder(kind: str, subject: str, fps: float, prefix: str) -> Encoder:
    """One of PORTS by its key; what it does not use is ignored.

    Raises:
        WireError: it needs a package that is absent.
        A2FError: there is no such kind.
    """
    if kind == "LIVE_LINK":
        return live_link(subject, fps)
    if kind == "VMC":
        return osc_packets.vmc()
    if kind == "FACE_CAP":
        return osc_packets.face_cap()
    if kind == "OSC":
        return osc_packets.plain(prefix)
    raise A2FError(f'There is no way to send "{kind}": choose one of {", ".join(PORTS)}.')
