"""Addresses that packets may come from and go to: this computer, or others if Blender is online."""

import socket
from ipaddress import ip_address
from typing import NamedTuple

from ...errors import StreamingError

LOOPBACK = "127.0.0.1"


class Address(NamedTuple):
    """A numeric address and a port of UDP: the pair that sockets take."""

    host: str
    port: int

    @property
    def family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ip_address(self.host).version == 6 else socket.AF_INET

    def __str__(self) -> str:
        return f"{self.host}, port {self.port}"


def parse_address(host: str, port: int, online: bool) -> Address:
    """The address that an artist typed. Names are not looked up, which could take seconds.

    Args:
        host: a numeric address or "localhost"; empty is this computer.
        port: 0 lets the system choose a port to receive on.
        online: whether Blender may reach other computers.

    Raises:
        StreamingError: it is not an address, or another computer's while Blender may not go
            online.
    """
    host = host.strip()
    if host in ("", "localhost"):
        host = LOOPBACK
    try:
        address = ip_address(host)
    except ValueError as error:
        raise StreamingError(
            f'"{host}" is not an address: type numbers, such as 192.168.1.20.'
        ) from error
    if not 0 <= port <= 65535:
        raise StreamingError(f"{port} is not a port: choose one from 1 to 65535.")
    if not (address.is_loopback or online):
        raise StreamingError(
            f"{host} is outside of this computer: switch on Allow Online Access in Blender's "
            "preferences, System, Network."
        )
    return Address(host, port)
