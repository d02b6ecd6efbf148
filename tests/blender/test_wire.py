"""Faces from other programs and to them, in Blender and over this computer's own loopback."""

import importlib
import socket
import time
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.blender.scenes import make_face
from tests.blender.test_panel import drawn


@pytest.fixture
def wire(extension: str) -> Iterator[SimpleNamespace]:
    """The modules of the room; whatever a test started is stopped."""

    def module(name: str) -> ModuleType:
        return importlib.import_module(f"{extension}.blender_audio2face.{name}")

    room = SimpleNamespace(
        **{
            name: module(f"realtime.wire.{name}")
            for name in ("session", "receiver", "sender", "threads", "live_link_packet", "encoders")
        },
        panel=(panel := module("ui.panels.streaming")),
        receive_panel=panel.CLASSES[1],
        send_panel=panel.CLASSES[2],
        kinds=module("scene.properties.streaming").KINDS,
    )
    yield room
    room.threads.stop_all()


@pytest.fixture
def face(wire) -> bpy.types.Object:
    """A speaker whose jaw is open by hand, and settings with ports that are free."""
    made = make_face("Anna", ("jawOpen", "mouthClose"))
    made.data.shape_keys.key_blocks["jawOpen"].value = 0.2
    bpy.ops.audio2face.speaker_add()
    settings = bpy.context.scene.audio2face.wire
    settings.receive_port = free_port()
    settings.send_port = settings.receive_port
    return made


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def packet(wire, jaw: float, subject: str = "iPhone", frame: int = 1) -> bytes:
    values = np.zeros(61, np.float32)
    values[wire.live_link_packet.NAMES.index("JawOpen")] = jaw
    made = wire.live_link_packet.Packet("device", subject, frame, values=values)
    return wire.live_link_packet.encode(made)


def send(data: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(data, ("127.0.0.1", bpy.context.scene.audio2face.wire.receive_port))


def wait_for(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30.0
    while not true():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.005)


def jaw(face: bpy.types.Object) -> float:
    return face.data.shape_keys.key_blocks["jawOpen"].value


def test_a_face_comes_in_without_keys_and_goes_again(wire, face) -> None:
    assert bpy.ops.audio2face.receive() == {"FINISHED"}
    (running,) = wire.receiver.running()
    send(packet(wire, 0.75))
    wait_for(lambda: running.received)
    assert wire.session.tick(running) > 0
    assert jaw(face) == pytest.approx(0.75)
    assert face.data.shape_keys.animation_data is None
    assert bpy.ops.audio2face.receive_stop() == {"FINISHED"}
    assert wire.receiver.running() == []
    assert wire.session.tick(running) is None
    assert jaw(face) == pytest.approx(0.2)


def test_only_the_named_subject_is_shown(wire, face) -> None:
    bpy.context.scene.audio2face.wire.receive_subject = "Ben"
    bpy.ops.audio2face.receive()
    (running,) = wire.receiver.running()
    send(packet(wire, 0.75, "Amy"))
    send(packet(wire, 0.5, "Ben"))
    wait_for(lambda: running.received == 2)
    wire.session.tick(running)
    assert jaw(face) == pytest.approx(0.5)


def test_what_comes_in_goes_out(wire, face) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        other.settimeout(30.0)
        settings = bpy.context.scene.audio2face.wire
        settings.send_port = other.getsockname()[1]
        settings.send_subject = "Anna"
        assert bpy.ops.audio2face.send() == {"FINISHED"}
        bpy.ops.audio2face.receive()
        (running,) = wire.receiver.running()
        send(packet(wire, 0.75))
        wait_for(lambda: running.received)
        wire.session.tick(running)
        sent = wire.live_link_packet.decode(other.recv(2000))
    assert sent.subject == "Anna"
    assert sent.rate == bpy.context.scene.render.fps
    assert sent.values.max() == pytest.approx(0.75)
    assert bpy.ops.audio2face.send_stop() == {"FINISHED"}
    assert wire.sender.running() == []


def test_nothing_runs_twice_or_by_itself(wire, face) -> None:
    assert wire.receiver.running() == wire.sender.running() == []
    bpy.ops.audio2face.receive()
    bpy.ops.audio2face.send()
    with pytest.raises(RuntimeError, match="received already"):
        bpy.ops.audio2face.receive()
    with pytest.raises(RuntimeError, match="sent already"):
        bpy.ops.audio2face.send()
    bpy.ops.audio2face.receive_stop()
    bpy.ops.audio2face.receive_stop()
    bpy.ops.audio2face.send_stop()
    bpy.ops.audio2face.send_stop()


def test_loading_a_file_ends_it(wire, face) -> None:
    bpy.ops.audio2face.receive()
    bpy.ops.audio2face.send()
    (running,) = wire.receiver.running()
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert wire.receiver.running() == wire.sender.running() == []
    assert wire.session.tick(running) is None


def test_switching_the_add_on_off_ends_it(wire, face, extension: str) -> None:
    import addon_utils

    bpy.ops.audio2face.receive()
    bpy.ops.audio2face.send()
    addon_utils.disable(extension)
    try:
        assert wire.receiver.running() == wire.sender.running() == []
        assert jaw(face) == pytest.approx(0.2)
    finally:
        addon_utils.enable(extension)


def test_a_face_that_is_deleted_ends_it_and_says_so(wire, face) -> None:
    bpy.ops.audio2face.receive()
    (running,) = wire.receiver.running()
    mesh = face.data
    bpy.data.objects.remove(face)
    bpy.data.meshes.remove(mesh)
    send(packet(wire, 0.75))
    wait_for(lambda: running.received)
    assert wire.session.tick(running) is None or wire.session.tick(running) is None
    assert wire.receiver.running() == []
    told = bpy.context.scene.audio2face.wire.told
    assert told == 'Receiving ended: the face of "Anna" is gone.'
    assert told in drawn(wire.receive_panel).text


def test_what_goes_wrong_while_showing_gives_the_face_back(
    wire, face, monkeypatch: pytest.MonkeyPatch
) -> None:
    bpy.ops.audio2face.receive()
    (running,) = wire.receiver.running()
    send(packet(wire, 0.75))
    wait_for(lambda: running.received)
    wire.session.tick(running)
    monkeypatch.setattr(running.inbox, "due", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        wire.session.tick(running)
    assert wire.receiver.running() == []
    assert jaw(face) == pytest.approx(0.2)


def test_a_socket_that_breaks_is_told(wire, face) -> None:
    bpy.ops.audio2face.receive()
    (running,) = wire.receiver.running()
    running._socket.close()
    wait_for(lambda: running.error)
    assert wire.session.tick(running) is None
    assert "broke off" in bpy.context.scene.audio2face.wire.told
    assert bpy.ops.audio2face.receive() == {"FINISHED"}
    assert bpy.context.scene.audio2face.wire.told == ""


def test_a_bake_of_the_face_ends_it(wire, face) -> None:
    bpy.ops.audio2face.receive()
    (running,) = wire.receiver.running()
    running.hold.end()
    assert wire.receiver.running() == []
    assert wire.session.tick(running) is None


def test_a_file_that_was_saved_meanwhile_starts_nothing(wire, face, tmp_path) -> None:
    bpy.ops.audio2face.receive()
    bpy.ops.audio2face.send()
    path = str(tmp_path / "live.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert wire.receiver.running() == wire.sender.running() == []
    assert jaw(bpy.data.objects["Anna"]) == pytest.approx(0.2)


def test_other_computers_need_permission(wire, face, monkeypatch: pytest.MonkeyPatch) -> None:
    if bpy.app.online_access:
        pytest.skip("this Blender may go online")
    settings = bpy.context.scene.audio2face.wire
    settings.receive_host = settings.send_host = "0.0.0.0"
    for start in (bpy.ops.audio2face.receive, bpy.ops.audio2face.send):
        with pytest.raises(RuntimeError, match="Allow Online Access"):
            start()
    assert wire.receiver.running() == wire.sender.running() == []


def test_a_taken_port_leaves_the_face_alone(wire, face) -> None:
    settings = bpy.context.scene.audio2face.wire
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", settings.receive_port))
        with pytest.raises(RuntimeError, match="is taken by another program"):
            bpy.ops.audio2face.receive()
    assert wire.receiver.running() == []
    assert jaw(face) == pytest.approx(0.2)


def test_the_panel_says_how_it_goes(wire, face) -> None:
    assert len(drawn(wire.receive_panel).all("audio2face.receive")) == 1
    bpy.ops.audio2face.receive()
    (running,) = wire.receiver.running()
    assert "Nothing came in yet." in drawn(wire.receive_panel).text
    for data in (packet(wire, 0.75), b"\x06", b"\x09", packet(wire, 0.5)[:90]):
        send(data)
    wait_for(lambda: running.dropped.total() == 3)
    layout = drawn(wire.receive_panel)
    assert layout.greyed
    assert "iPhone: " in layout.text  # "face", or silent on a slow machine
    assert "2 dropped: cut off" in layout.text
    assert "1 dropped: another version of the format" in layout.text
    assert len(layout.all("audio2face.receive_stop")) == 1


def test_the_panel_shows_what_a_format_needs(wire, face) -> None:
    settings = bpy.context.scene.audio2face.wire
    assert "send_subject" in drawn(wire.send_panel).all("prop")
    settings.send_kind = "OSC"
    assert "send_prefix" in drawn(wire.send_panel).all("prop")
    settings.send_kind = "LIVE_LINK"
    bpy.ops.audio2face.send()
    layout = drawn(wire.send_panel)
    assert "0 frames sent" in layout.text
    assert len(layout.all("audio2face.send_stop")) == 1


def test_every_reason_is_spelled(wire) -> None:
    for reason in (*wire.live_link_packet.REASONS, wire.receiver.LATE):
        assert wire.panel._spelled(reason) == reason


def test_every_format_can_be_chosen(wire) -> None:
    assert [identifier for identifier, *_ in wire.kinds] == list(wire.encoders.PORTS)
