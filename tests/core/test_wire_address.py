"""Which addresses may be used."""

import socket

import pytest
from a2f.blender_audio2face.realtime.wire.address import checked
from a2f.blender_audio2face.realtime.wire.errors import WireError


@pytest.mark.parametrize("host", ["", " localhost ", "127.0.0.1", "127.8.0.1", "::1"])
def test_this_computer_needs_no_permission(host: str) -> None:
    address = checked(host, 11111, online=False)
    assert address.port == 11111
    assert address.family == (socket.AF_INET6 if ":" in address.host else socket.AF_INET)


@pytest.mark.parametrize("host", ["192.168.1.20", "0.0.0.0", "::", "8.8.8.8", "fe80::1"])
def test_all_else_needs_online_access(host: str) -> None:
    with pytest.raises(WireError, match=r"Allow Online Access in Blender's preferences"):
        checked(host, 11111, online=False)
    assert checked(host, 11111, online=True).host == host


@pytest.mark.parametrize("host", ["example.org", "192.168.1", "127.0.0.1:11111", "1.2.3.4.5"])
def test_names_are_not_looked_up(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("asked the network"))
    with pytest.raises(WireError, match="is no address: type numbers"):
        checked(host, 11111, online=True)


@pytest.mark.parametrize("port", [-1, 65536])
def test_ports_have_16_bits(port: int) -> None:
    with pytest.raises(WireError, match="is no port"):
        checked("", port, online=True)
