"""Whatever befalls the scene between a bake and a dial or Update, while a preview shows, and in
real time: a sentence at most, and nothing of it is left."""

import importlib
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import addon_utils
import bpy
import pytest

from tests.blender.realtime.live import (
    PushedMicrophone,
    message,
    revalidate,
    speak,
    speak_and_show,
)
from tests.support import scene_changes as faults
from tests.support.extension import MODULE
from tests.support.fault_scene import Held, census, make_scene, ours, whole
from tests.support.held_bake import folder, network, operators
from tests.support.scene_changes import named

__all__ = ["folder", "network", "operators"]

CHANGES = (*faults.CHANGES, *faults.OF_WHAT_IS_WRITTEN)
OF_FACES = (
    faults.delete_shape_keys,
    faults.delete_one_shape_key,
    faults.delete_animation,
    faults.delete_artists_action,
    faults.rename_object,
    faults.rename_mesh_and_keys,
    faults.rename_shape_key,
    faults.relink_mesh,
    faults.relink_action,
    faults.add_speakers,
)
ENDS_OF_SESSIONS = {
    faults.delete_mesh: "face was removed",
    faults.delete_object: "face was removed",
    faults.unlink_object: "face was removed",
    faults.delete_scene: "scene of the face was removed",
}


@pytest.fixture
def baked(network: Held, folder: Path) -> None:
    make_scene(folder, "ACTION")
    assert bpy.ops.audio2face.bake_all() == {"FINISHED"}
    bpy.ops.ed.undo_push(message="baked")
    bpy.context.scene.frame_set(3)
    bpy.ops.ed.undo_push(message="looked at")


def speakers() -> list:
    return [one for scene in bpy.data.scenes for one in scene.audio2face.speakers if one.takes]


@pytest.mark.parametrize("fault", CHANGES, ids=named)
@pytest.mark.parametrize("change", ("dial", "update"))
def test_keys_after_fault_are_made_again_where_possible(
    baked, extension: str, capsys, fault, change: str
) -> None:
    """The panel, too, still finds what hides them."""
    find_hidden_results = importlib.import_module(
        f"{extension}.blender_audio2face.diagnostics.hidden_results"
    ).find_hidden_results
    fault()
    before, kept = census(), {action.name for action in ours()}
    for speaker in speakers():
        find_hidden_results(speaker)
        if change == "dial":
            speaker.dials.jaw = 0.5
            assert "Traceback" not in capsys.readouterr().err
            continue
        try:
            bpy.ops.audio2face.update(speaker=speaker.name)
        except RuntimeError as error:
            assert str(error).startswith("Error: ")
            assert str(error).count("\n") == 1, error
    assert {one.name for one in ours()} - kept <= {one.name for one in whole()}
    assert census() == before


MARK = "audio2face_live"
"""Custom property of what shows something that is not its own."""


@pytest.fixture
def modules(extension: str) -> Iterator[SimpleNamespace]:
    def module(name: str):
        return importlib.import_module(f"{extension}.blender_audio2face.{name}")

    yield SimpleNamespace(
        preview=module("preview"),
        overrides=module("face_override").overrides,
        session=module("realtime.session"),
        analyzer=module("core.realtime.streaming_analyzer"),
        running=module("realtime").running_session,
    )
    module("preview").end_all()


def check_nothing_is_left(modules) -> None:
    assert modules.preview.previews() == ()
    assert modules.running() is None
    assert modules.overrides() == ()
    assert not [one for one in (*bpy.data.shape_keys, *bpy.data.objects) if MARK in one]
    for thread in threading.enumerate():
        if thread.name.startswith("audio2face"):
            thread.join(10.0)
            assert not thread.is_alive(), thread


@pytest.fixture
def shown(modules, folder: Path):
    """A preview that shows what it heard."""
    make_scene(folder, "ACTION")
    assert bpy.ops.audio2face.preview() == {"FINISHED"}
    bpy.context.scene.frame_set(8)
    (one,) = modules.preview.previews()
    assert MARK in bpy.data.shape_keys["Anna"]
    return one


@pytest.mark.parametrize("fault", faults.CHANGES, ids=named)
def test_preview_after_fault_goes_on_or_says_why_not(modules, shown, capsys, fault) -> None:
    fault()
    for frame in (9, 10):
        bpy.context.view_layer.update()
        shown._update()
        bpy.context.scene.frame_set(frame)
    assert "Traceback" not in capsys.readouterr().err
    if fault in (faults.delete_object, faults.unlink_object, faults.delete_scene):
        assert modules.preview.previews() == ()
    shown.end()
    check_nothing_is_left(modules)


@pytest.mark.parametrize("fault", (*faults.DELETIONS, *faults.STEPS_BACK), ids=named)
def test_preview_that_analyses_ends_after_fault(
    modules, folder: Path, capsys, monkeypatch: pytest.MonkeyPatch, fault
) -> None:
    monkeypatch.setattr(modules.preview.preview, "has_window", lambda: True)
    make_scene(folder, "ACTION")
    assert bpy.ops.audio2face.preview() == {"FINISHED"}
    (one,) = modules.preview.previews()
    fault()
    one._tick()
    bpy.context.scene.frame_set(9)
    one.end()
    assert "Traceback" not in capsys.readouterr().err
    check_nothing_is_left(modules)


@pytest.fixture
def session(modules, folder: Path):
    """A session that follows a file; the face shows a moment of it."""
    make_scene(folder, "ACTION")
    source = PushedMicrophone()
    stream = modules.analyzer.open_stream(None, quick=True)
    started = modules.session.start(bpy.context.scene, [faults.anna()], source, stream)
    speak_and_show(started, source)
    assert MARK in bpy.data.shape_keys["Anna"]
    yield started, source
    started.end()


@pytest.mark.parametrize("fault", (*OF_FACES, *ENDS_OF_SESSIONS), ids=named)
def test_session_after_fault_goes_on_or_says_why_not(modules, session, fault) -> None:
    session, source = session
    fault()
    for _ in range(2):
        speak(session, source, 0.1)
        if revalidate(session) is None:
            assert "ended: " in message()
            break
    assert ENDS_OF_SESSIONS.get(fault, "") in message()
    bpy.context.scene.frame_set(9)
    session.end()
    check_nothing_is_left(modules)


@pytest.mark.parametrize("end", (faults.load_file, faults.new_file, faults.disable), ids=named)
@pytest.mark.parametrize("what", ("shown", "session"))
def test_loading_and_disabling_end_preview_and_session(
    modules, folder: Path, request: pytest.FixtureRequest, what: str, end
) -> None:
    request.getfixturevalue(what)
    try:
        end(folder)
        check_nothing_is_left(modules)
    finally:
        addon_utils.enable(MODULE)
