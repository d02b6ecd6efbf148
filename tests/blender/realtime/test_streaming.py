"""Faces from other programs and to them, in Blender and over this computer's own loopback."""

import importlib
import socket
import time
from collections.abc import Callable, Iterator
from types import ModuleType, SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.blender.panel_layout import drawn
from tests.support.scenes import make_face


@pytest.fixture
def streaming(extension: str) -> Iterator[SimpleNamespace]:
    """The modules of streaming; whatever a test started is stopped."""

    def module(name: str) -> ModuleType:
        return importlib.import_module(f"{extension}.blender_audio2face.{name}")

    panel = module("ui.panels.streaming")
    found = SimpleNamespace(
        session=module("streaming"),
        senders=module("core.streaming.sender").senders,
        live_link=module("core.streaming.live_link"),
        encoders=module("core.streaming.encoders"),
        overrides=module("face_override").overrides,
        receive_panel=panel.CLASSES[1],
        send_panel=panel.CLASSES[2],
        kinds=module("scene.properties.streaming").KINDS,
    )
    yield found
    found.session.stop_all()


@pytest.fixture
def face(streaming) -> bpy.types.Object:
    """A speaker whose jaw is open by hand, and settings with ports that are free."""
    made = make_face("Anna", ("jawOpen", "mouthClose"))
    made.data.shape_keys.key_blocks["jawOpen"].value = 0.2
    bpy.ops.audio2face.speaker_add()
    settings = bpy.context.scene.audio2face.wire
    settings.receive_port = free_port()
    settings.send_port = settings.receive_port
    return made


def stopped(streaming) -> bool:
    return streaming.session.receiving() is None and streaming.senders() == ()


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def packet(streaming, jaw: float, subject: str = "iPhone", frame: int = 1) -> bytes:
    values = np.zeros(61, np.float32)
    values[streaming.live_link.NAMES.index("JawOpen")] = jaw
    made = streaming.live_link.Packet("device", subject, frame, values=values)
    return streaming.live_link.encode(made)


def send(data: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        out.sendto(data, ("127.0.0.1", bpy.context.scene.audio2face.wire.receive_port))


def wait_for(true: Callable[[], object]) -> None:
    end = time.monotonic() + 30.0
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.005)


def jaw(face: bpy.types.Object) -> float:
    return face.data.shape_keys.key_blocks["jawOpen"].value


def test_received_face_shows_without_keys(streaming, face) -> None:
    assert bpy.ops.audio2face.receive() == {"FINISHED"}
    session = streaming.session.receiving()
    send(packet(streaming, 0.75))
    wait_for(lambda: session.receiver.received)
    assert session.tick() > 0
    assert jaw(face) == pytest.approx(0.75)
    assert face.data.shape_keys.animation_data is None
    assert bpy.ops.audio2face.receive_stop() == {"FINISHED"}
    assert streaming.session.receiving() is None
    assert session.tick() is None
    assert jaw(face) == pytest.approx(0.2)


def test_only_named_subject_is_shown(streaming, face) -> None:
    bpy.context.scene.audio2face.wire.receive_subject = "Ben"
    bpy.ops.audio2face.receive()
    session = streaming.session.receiving()
    send(packet(streaming, 0.75, "Amy"))
    send(packet(streaming, 0.5, "Ben"))
    wait_for(lambda: session.receiver.received == 2)
    session.tick()
    assert jaw(face) == pytest.approx(0.5)


def test_received_face_is_sent_on(streaming, face) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        other.settimeout(30.0)
        settings = bpy.context.scene.audio2face.wire
        settings.send_port = other.getsockname()[1]
        settings.send_subject = "Anna"
        assert bpy.ops.audio2face.send() == {"FINISHED"}
        bpy.ops.audio2face.receive()
        session = streaming.session.receiving()
        send(packet(streaming, 0.75))
        wait_for(lambda: session.receiver.received)
        session.tick()
        sent = streaming.live_link.decode(other.recv(2000))
    assert sent.subject == "Anna"
    assert sent.rate == bpy.context.scene.render.fps
    assert sent.values.max() == pytest.approx(0.75)
    assert bpy.ops.audio2face.send_stop() == {"FINISHED"}
    assert streaming.senders() == ()


def test_receiving_and_sending_start_once(streaming, face) -> None:
    assert stopped(streaming)
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


def test_loading_a_file_stops_all(streaming, face) -> None:
    bpy.ops.audio2face.receive()
    bpy.ops.audio2face.send()
    session = streaming.session.receiving()
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    assert stopped(streaming)
    assert session.tick() is None


def test_disabling_the_add_on_stops_all(streaming, face, extension: str) -> None:
    import addon_utils

    bpy.ops.audio2face.receive()
    bpy.ops.audio2face.send()
    addon_utils.disable(extension)
    try:
        assert stopped(streaming)
        assert jaw(face) == pytest.approx(0.2)
    finally:
        addon_utils.enable(extension)


def test_deleted_face_ends_receiving_with_message(streaming, face) -> None:
    bpy.ops.audio2face.receive()
    session = streaming.session.receiving()
    mesh = face.data
    bpy.data.objects.remove(face)
    bpy.data.meshes.remove(mesh)
    send(packet(streaming, 0.75))
    wait_for(lambda: session.receiver.received)
    assert session.tick() is None or session.tick() is None
    assert streaming.session.receiving() is None
    told = bpy.context.scene.audio2face.wire.told
    assert told == 'Receiving ended: the face of "Anna" was removed.'
    assert told in drawn(streaming.receive_panel).text


def test_error_while_showing_restores_the_face(
    streaming, face, monkeypatch: pytest.MonkeyPatch
) -> None:
    bpy.ops.audio2face.receive()
    session = streaming.session.receiving()
    send(packet(streaming, 0.75))
    wait_for(lambda: session.receiver.received)
    session.tick()
    monkeypatch.setattr(session.receiver.frames, "due", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        session.tick()
    assert streaming.session.receiving() is None
    assert jaw(face) == pytest.approx(0.2)


def test_broken_socket_is_reported(streaming, face) -> None:
    bpy.ops.audio2face.receive()
    session = streaming.session.receiving()
    session.receiver._socket.close()
    wait_for(lambda: session.receiver.error)
    assert session.tick() is None
    assert "failed (" in bpy.context.scene.audio2face.wire.told
    assert bpy.ops.audio2face.receive() == {"FINISHED"}
    assert bpy.context.scene.audio2face.wire.told == ""


def test_release_of_the_face_ends_receiving(streaming, face) -> None:
    bpy.ops.audio2face.receive()
    session = streaming.session.receiving()
    streaming.overrides()[0].release()
    assert streaming.session.receiving() is None
    assert session.tick() is None


def test_saved_file_starts_nothing(streaming, face, tmp_path) -> None:
    bpy.ops.audio2face.receive()
    bpy.ops.audio2face.send()
    path = str(tmp_path / "live.blend")
    bpy.ops.wm.save_as_mainfile(filepath=path)
    bpy.ops.wm.open_mainfile(filepath=path)
    assert stopped(streaming)
    assert jaw(bpy.data.objects["Anna"]) == pytest.approx(0.2)


def test_other_computers_need_online_access(
    streaming, face, monkeypatch: pytest.MonkeyPatch
) -> None:
    if bpy.app.online_access:
        pytest.skip("this Blender may go online")
    settings = bpy.context.scene.audio2face.wire
    settings.receive_host = settings.send_host = "0.0.0.0"
    for start in (bpy.ops.audio2face.receive, bpy.ops.audio2face.send):
        with pytest.raises(RuntimeError, match="Allow Online Access"):
            start()
    assert stopped(streaming)


def test_used_port_leaves_the_face_alone(streaming, face) -> None:
    settings = bpy.context.scene.audio2face.wire
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", settings.receive_port))
        with pytest.raises(RuntimeError, match="is used by another program"):
            bpy.ops.audio2face.receive()
    assert streaming.session.receiving() is None
    assert jaw(face) == pytest.approx(0.2)


def test_panel_shows_state_of_receiving(streaming, face) -> None:
    assert len(drawn(streaming.receive_panel).all("audio2face.receive")) == 1
    bpy.ops.audio2face.receive()
    session = streaming.session.receiving()
    assert "Nothing came in yet." in drawn(streaming.receive_panel).text
    for data in (packet(streaming, 0.75), b"\x06", b"\x09", packet(streaming, 0.5)[:90]):
        send(data)
    wait_for(lambda: session.receiver.dropped.total() == 3)
    layout = drawn(streaming.receive_panel)
    assert layout.greyed
    assert "iPhone: " in layout.text  # "face", or silent on a slow machine
    assert "2 dropped: cut off" in layout.text
    assert "1 dropped: another version of the format" in layout.text
    assert len(layout.all("audio2face.receive_stop")) == 1


def test_panel_shows_settings_of_the_format(streaming, face) -> None:
    settings = bpy.context.scene.audio2face.wire
    assert "send_subject" in drawn(streaming.send_panel).all("prop")
    settings.send_kind = "OSC"
    assert "send_subject" not in drawn(streaming.send_panel).all("prop")
    settings.send_kind = "LIVE_LINK"
    bpy.ops.audio2face.send()
    layout = drawn(streaming.send_panel)
    assert "0 frames sent" in layout.text
    assert len(layout.all("audio2face.send_stop")) == 1


def test_formats_keep_the_numbers_of_older_files(streaming, face) -> None:
    assert [identifier for identifier, *_ in streaming.kinds] == list(streaming.encoders.PORTS)
    settings = bpy.context.scene.audio2face.wire
    for number, kind in ((0, "LIVE_LINK"), (1, "VMC"), (3, "OSC")):
        settings["send_kind"] = number
        assert settings.send_kind == kind
    settings["send_kind"] = 2  # Face Cap, which is gone
    with pytest.raises(RuntimeError, match="choose one of LIVE_LINK, VMC, OSC"):
        bpy.ops.audio2face.send()
