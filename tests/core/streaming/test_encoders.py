"""Formats that are sent; OSC is read back by python-osc itself."""

import struct

import numpy as np
import pytest
from a2f.blender_audio2face.core.streaming import encoders as module
from a2f.blender_audio2face.core.streaming.encoders import encoder
from a2f.blender_audio2face.errors import StreamingError
from a2f.model.channels import ARKIT_52

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


def sent_by(kind: str, names=NAMES, values=VALUES) -> list[tuple]:
    pytest.importorskip("pythonosc")
    return messages(encoder(kind, "Amy", 30.0)(1.5, names, values))


def test_vmc_sends_perfect_sync_and_applies_it_last() -> None:
    sent = sent_by("VMC")
    assert sent[:2] == [("/VMC/Ext/OK", 1), ("/VMC/Ext/T", 1.5)]
    assert sent[-1] == ("/VMC/Ext/Blend/Apply",)
    shapes = {name: value for _, name, value in sent[2:-1]}
    assert {address for address, *_ in sent[2:-1]} == {"/VMC/Ext/Blend/Val"}
    assert set(shapes) == {name[0].upper() + name[1:] for name in ARKIT_52}
    assert shapes["JawOpen"] == pytest.approx(VALUES[NAMES.index("jawOpen")])


def test_osc_has_an_address_for_each_channel() -> None:
    sent = sent_by("OSC", ("jawOpen", "mouthClose"), np.array([0.5, np.nan]))
    assert sent == [("/avatar/parameters/jawOpen", 0.5), ("/avatar/parameters/mouthClose", 0.0)]


@pytest.mark.parametrize("kind", ["VMC", "OSC"])
def test_osc_without_python_osc_raises(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "optional_import", lambda _name: None)
    with pytest.raises(StreamingError, match="python-osc, which this build does not contain"):
        encoder(kind, "Amy", 30.0)
