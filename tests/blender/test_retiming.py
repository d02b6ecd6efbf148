"""Retimed strips: their timing is measured, and is what Blender's own mixdown plays."""

import importlib
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.blender.listening import (
    CLICKS,
    RATE,
    frames_heard,
    frames_planned,
    in_sequencer,
    moved_only,
    needs_mixdown,
    onsets,
    retime,
    samples_of,
    write_clicks,
)
from tests.blender.scenes import add_sound, make_face, set_timing, tone, write_wav

pytestmark = [
    needs_mixdown,
    pytest.mark.skipif(
        (4, 3) <= bpy.app.version[:2] <= (4, 4),
        reason="4.3 and 4.4.0 crash now and then in their retiming operators",
    ),
]

BUFFER = 1024 / RATE
"""Seconds: Blender changes the speed between buffers, at some other one in a longer mixdown."""


@pytest.fixture
def strip_module(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.scene.strips")


@pytest.fixture
def audio(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.core.sound.samples")


@pytest.fixture
def strip(tmp_path: Path):
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 25, 1, 400
    return add_sound(write_clicks(tmp_path / "clicks.wav"))


def state() -> list:
    """All that planning must leave as it was."""
    scene = bpy.context.scene
    editor = scene.sequence_editor
    strips = editor.strips_all if bpy.app.version >= (4, 4, 0) else editor.sequences_all
    kept = [(one.name, one.mute, one.select, one.channel) for one in strips]
    for one in strips:
        kept += [key.timeline_frame for key in getattr(one, "retiming_keys", ())]
    ids = [sorted(block.name for block in blocks) for blocks in (bpy.data.scenes, bpy.data.sounds)]
    return [
        *kept,
        *ids,
        scene.frame_start,
        scene.frame_end,
        scene.frame_current,
        editor.active_strip,
    ]


def assert_follows(strip_module, strip, folder: Path) -> None:
    before = state()
    plan = strip_module.plan_strip(bpy.context.scene, strip)
    assert state() == before
    heard, planned = frames_heard(folder), frames_planned(plan.timing)
    assert len(heard) == len(planned) > 0
    assert heard == pytest.approx(planned, abs=BUFFER * 25 + 0.05)


@pytest.mark.parametrize("speed", [60, 150, 320])
def test_timing_is_what_blender_plays(strip_module, strip, tmp_path: Path, speed: int) -> None:
    retime(strip, frame=60, speed=speed)
    plan = strip_module.plan_strip(bpy.context.scene, strip)
    assert plan.timing.warp is not None
    assert not np.allclose(frames_planned(plan.timing)[-1], 1 + CLICKS[-1] * 25, atol=1)
    assert_follows(strip_module, strip, tmp_path)


def test_cut_and_moved_before_the_first_frame(strip_module, strip, tmp_path: Path) -> None:
    retime(strip, frame=60, speed=150)
    content = {"content_start": -15}
    set_timing(strip, **content)
    set_timing(strip, left_handle=-4, right_handle=60)
    bpy.context.scene.frame_start = 0
    plan = strip_module.plan_strip(bpy.context.scene, strip)
    assert (plan.timing.left_handle, plan.timing.right_handle) == (-4, 60)
    planned = frames_planned(plan.timing)
    assert frames_heard(tmp_path) == pytest.approx(planned[planned >= 0], abs=BUFFER * 25 + 0.05)


def test_a_freeze_is_followed(strip_module, strip, tmp_path: Path) -> None:
    retime(strip, frame=60, speed=130)
    with bpy.context.temp_override(**in_sequencer()):
        bpy.ops.sequencer.retiming_freeze_frame_add(duration=20)
    assert_follows(strip_module, strip, tmp_path)


@pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="meta strips are retimed from 5.0 on")
def test_retimed_meta(strip_module, strip, tmp_path: Path) -> None:
    editor = bpy.context.scene.sequence_editor
    meta = editor.strips.new_meta("meta", 2, 1)
    strip.move_to_meta(meta)
    set_timing(meta, right_handle=151, left_handle=1)
    assert strip_module.plan_strip(bpy.context.scene, strip).timing.warp is None
    strip.select = False
    retime(meta, frame=60, speed=150)
    assert strip_module.plan_strip(bpy.context.scene, strip).timing.warp is not None
    assert_follows(strip_module, strip, tmp_path)


def test_only_this_strip_is_measured(strip_module, strip, tmp_path: Path) -> None:
    scene = bpy.context.scene
    retime(strip, frame=60, speed=150)
    isolated_strip = strip_module.plan_strip(scene, strip).timing
    add_sound(write_wav(tmp_path / "hum.wav", tone(6.0), 16000), channel=2, name="hum")
    strip.volume = 0.01
    strip.keyframe_insert("volume", frame=10)
    other = bpy.data.scenes.new("Other")
    if bpy.app.version >= (5, 0, 0):
        bpy.context.workspace.sequencer_scene = other
    assert strip_module.plan_strip(scene, strip).timing == isolated_strip


@pytest.mark.parametrize("packed", [False, True], ids=["file", "packed"])
def test_the_sound_is_read_at_its_own_speed(
    strip_module, audio, strip, tmp_path: Path, packed: bool
) -> None:
    if packed:
        strip.sound.pack()
        (tmp_path / "clicks.wav").unlink()
    retime(strip, frame=60, speed=150)
    set_timing(strip, left_handle=12)
    plan = strip_module.plan_strip(bpy.context.scene, strip)
    samples = samples_of(audio, plan)
    assert len(samples) == pytest.approx(plan.timing.source_duration * 16000, abs=1)
    expected = CLICKS[plan.timing.start < CLICKS] - plan.timing.start
    assert onsets(samples, 16000, 0.2) == pytest.approx(expected, abs=0.003)
    assert plan.timing.times[1:3] == pytest.approx(
        np.array(plan.timing.warp[:2]) - plan.timing.start
    )


def test_retiming_needs_no_new_inference(strip_module, strip) -> None:
    scene = bpy.context.scene
    before = strip_module.plan_strip(scene, strip)
    retime(strip, frame=60, speed=150)
    assert moved_only(strip_module, before, strip_module.plan_strip(scene, strip))


def test_a_strip_beside_its_sound_is_refused(strip_module, strip) -> None:
    retime(strip, frame=60, speed=150)
    set_timing(strip, right_handle=250)
    set_timing(strip, left_handle=200)
    with pytest.raises(Exception, match='"speech" plays nothing of its sound in frames 200 to 249'):
        strip_module.plan_strip(bpy.context.scene, strip)


def test_a_bake_listens_for_the_timing_once(
    extension: str, strip, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking at an unchanged strip again needs no mixdown; a changed one is told."""
    bake = importlib.import_module(f"{extension}.blender_audio2face.bake.pipeline")
    request = importlib.import_module(f"{extension}.blender_audio2face.bake.request")
    retiming = importlib.import_module(f"{extension}.blender_audio2face.scene.retiming")
    real, measured = retiming.retimed, []
    monkeypatch.setattr(retiming, "retimed", lambda *a: measured.append(a) or real(*a))
    retime(strip, 60, 1.5)
    make_face("Face", ("jawOpen",))
    plan = bake.plan_bake(request.request_for(bpy.context, "", {}))
    assert len(measured) == 1
    strip.select = not strip.select
    bpy.context.scene.frame_set(33)
    assert bake.revalidate(plan) == plan
    assert len(measured) == 1
    retime(strip, 80, 3.0)
    with pytest.raises(Exception, match="was changed while its sound"):
        bake.revalidate(plan)
