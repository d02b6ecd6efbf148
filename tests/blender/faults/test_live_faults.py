"""Whatever befalls the scene between a bake and a dial or Update, while a preview shows, and in
real time: a sentence at most, and nothing of it is left."""

import importlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import addon_utils
import bpy
import numpy as np
import pytest

from tests.support import scene_changes as faults
from tests.support.extension import MODULE
from tests.support.fault_scene import Held, census, make_scene, ours, whole
from tests.support.held_bake import folder, network
from tests.support.scene_changes import named
from tests.support.scenes import tone

__all__ = ["folder", "network"]

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
"""Besides those of ``test_realtime_session``."""


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
def test_keys_are_made_anew_as_far_as_they_can_be(
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
        file_source=module("core.realtime.file_source"),
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
def test_a_preview_goes_on_or_says_why_not(modules, shown, capsys, fault) -> None:
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
def test_a_preview_that_listens_ends(
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
    samples = tone(1.0).astype(np.float32)
    source = modules.file_source.FileSource(samples, 16000, real_time=False)
    stream = modules.analyzer.open_stream(None, quick=True)
    started = modules.session.start(bpy.context.scene, [faults.anna()], source, stream)
    deadline = time.monotonic() + 60.0
    while started.engine.counts.blocks < 50:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    started.tick(0.5 + started.engine.delay)
    assert MARK in bpy.data.shape_keys["Anna"]
    yield started
    started.end()


def revalidate(session, seconds: float) -> float | None:
    session._revalidated_at = 0.0
    return session.tick(seconds + session.engine.delay)


@pytest.mark.parametrize("fault", OF_FACES, ids=named)
def test_real_time_goes_on_or_says_why_not(modules, session, fault) -> None:
    fault()
    for seconds in (0.55, 0.6):
        if revalidate(session, seconds) is None:
            assert "ended: " in bpy.context.window_manager.audio2face_live.message
    bpy.context.scene.frame_set(9)
    session.end()
    check_nothing_is_left(modules)


@pytest.mark.parametrize("end", (faults.load_file, faults.new_file, faults.disable), ids=named)
@pytest.mark.parametrize("what", ("shown", "session"))
def test_a_file_and_disabling_end_it(
    modules, folder: Path, request: pytest.FixtureRequest, what: str, end
) -> None:
    request.getfixturevalue(what)
    try:
        end(folder)
        check_nothing_is_left(modules)
    finally:
        addon_utils.enable(MODULE)
