"""Faces as OSC, read back by python-osc itself."""

import struct

import numpy as np
import pytest
from a2f.blender_audio2face.realtime.wire import osc_packets
from a2f.blender_audio2face.realtime.wire.encoders import encoder
from a2f.blender_audio2face.realtime.wire.errors import WireError

from model.channels import ARKIT_52

NAMES = (*ARKIT_52, "headPitch", "headYaw", "headRoll")
VALUES = np.linspace(0, 1, len(NAMES), dtype=np.float32)


def messages(datagrams: list[bytes]) -> list[tuple]:
    """(address, argument, ...) of every message, in order."""
    osc_packet = pytest.importorskip("pythonosc.osc_packet")
    assert all(len(data) <= 1400 for data in datagrams)
    found = []
    for data in datagrams:
        assert data.startswith(b"#bundle\0" + struct.pack(">Q", 1))
        for timed in osc_packet.OscPacket(data).messages:
            found.append((timed.message.address, *timed.message.params))
    return found


def made(kind: str, names=NAMES, values=VALUES, prefix: str = "/a2f/") -> list[tuple]:
    pytest.importorskip("pythonosc")
    return messages(encoder(kind, "Amy", 30.0, prefix)(1.5, names, values))


def test_vmc_sends_perfect_sync_and_applies_it_last() -> None:
    sent = made("VMC")
    assert sent[:2] == [("/VMC/Ext/OK", 1), ("/VMC/Ext/T", 1.5)]
    assert sent[-1] == ("/VMC/Ext/Blend/Apply",)
    shapes = {name: value for _, name, value in sent[2:-1]}
    assert {address for address, *_ in sent[2:-1]} == {"/VMC/Ext/Blend/Val"}
    assert set(shapes) == {name[0].upper() + name[1:] for name in ARKIT_52}
    assert shapes["JawOpen"] == pytest.approx(VALUES[NAMES.index("jawOpen")])


def test_face_cap_counts_its_own_way() -> None:
    assert sorted(osc_packets.FACE_CAP) == sorted(ARKIT_52)
    sent = made("FACE_CAP")
    assert sent[0][0] == "/HR"
    assert sent[0][1:] == pytest.approx(tuple(np.degrees(VALUES[-3:])), rel=1e-5)
    assert [index for address, index, _ in sent[1:]] == list(range(52))
    assert {address for address, *_ in sent[1:]} == {"/W"}
    assert sent[1 + 24][2] == pytest.approx(VALUES[NAMES.index("jawOpen")])
    assert made("FACE_CAP", ("jawOpen",), np.ones(1)) == [("/W", 24, 1.0)]


def test_plain_osc_has_an_address_for_each() -> None:
    sent = made("OSC", ("jawOpen", "mouthClose"), np.array([0.5, np.nan]), "/avatar/parameters/")
    assert sent == [("/avatar/parameters/jawOpen", 0.5), ("/avatar/parameters/mouthClose", 0.0)]


@pytest.mark.parametrize("prefix", ["", "a2f/", "/a b/", "/*", "/x\n"])
def test_addresses_that_osc_does_not_allow(prefix: str) -> None:
    with pytest.raises(WireError, match="is no OSC address"):
        encoder("OSC", "Amy", 30.0, prefix)


@pytest.mark.parametrize("kind", ["VMC", "FACE_CAP", "OSC"])
def test_life_without_python_osc(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(osc_packets, "optional_import", lambda _name: None)
    with pytest.raises(WireError, match="python-osc, which this build does not hold"):
        encoder(kind, "Amy", 30.0, "/")
