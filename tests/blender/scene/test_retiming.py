"""The measured timing of retimed strips is what Blender's own mixdown plays."""

from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.extension import addon_module
from tests.support.mixdown import (
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
from tests.support.scenes import add_sound, make_face, set_timing, write_hum

pytestmark = [
    needs_mixdown,
    pytest.mark.skipif(
        (4, 3) <= bpy.app.version[:2] <= (4, 4),
        reason="4.3 and 4.4.0 crash now and then in their retiming operators",
    ),
]

BUFFER = 1024 / RATE
"""Seconds: Blender changes the speed between buffers, at another one in a longer mixdown."""


@pytest.fixture
def strip(tmp_path: Path):
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 25, 1, 400
    return add_sound(write_clicks(tmp_path / "clicks.wav"))


def state() -> list:
    """All that planning must not change."""
    scene = bpy.context.scene
    editor = scene.sequence_editor
    every = editor.strips_all if bpy.app.version >= (4, 4, 0) else editor.sequences_all
    return [
        *((strip.name, strip.mute, strip.select, strip.channel) for strip in every),
        *(key.timeline_frame for strip in every for key in getattr(strip, "retiming_keys", ())),
        bpy.data.scenes.keys(),
        bpy.data.sounds.keys(),
        (scene.frame_start, scene.frame_end, scene.frame_current),
        editor.active_strip,
    ]


def assert_follows(strips, strip, folder: Path) -> None:
    before = state()
    plan = strips.plan_strip(bpy.context.scene, strip)
    assert state() == before
    heard, planned = frames_heard(folder), frames_planned(plan.timing)
    assert len(heard) == len(planned) > 0
    assert heard == pytest.approx(planned, abs=BUFFER * 25 + 0.05)


@pytest.mark.parametrize(("speed", "freeze"), [(60, 0), (150, 0), (320, 0), (130, 20)])
def test_timing_of_any_speed_is_what_blender_plays(
    strips, strip, tmp_path: Path, speed: int, freeze: int
) -> None:
    retime(strip, frame=60, speed=speed)
    if freeze:
        with bpy.context.temp_override(**in_sequencer()):
            bpy.ops.sequencer.retiming_freeze_frame_add(duration=freeze)
    plan = strips.plan_strip(bpy.context.scene, strip)
    assert plan.timing.warp is not None
    assert freeze or abs(frames_planned(plan.timing)[-1] - 1 - CLICKS[-1] * 25) > 1
    assert_follows(strips, strip, tmp_path)


def test_strip_cut_and_moved_before_frame_zero_is_measured(strips, strip, tmp_path: Path) -> None:
    retime(strip, frame=60, speed=150)
    set_timing(strip, content_start=-15)
    set_timing(strip, left_handle=-4, right_handle=60)
    bpy.context.scene.frame_start = 0
    plan = strips.plan_strip(bpy.context.scene, strip)
    assert (plan.timing.left_handle, plan.timing.right_handle) == (-4, 60)
    planned = frames_planned(plan.timing)
    assert frames_heard(tmp_path) == pytest.approx(planned[planned >= 0], abs=BUFFER * 25 + 0.05)


@pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="meta strips are retimed from 5.0 on")
def test_retimed_meta_strip_is_measured(strips, strip, tmp_path: Path) -> None:
    editor = bpy.context.scene.sequence_editor
    meta = editor.strips.new_meta("meta", 2, 1)
    strip.move_to_meta(meta)
    set_timing(meta, right_handle=151, left_handle=1)
    assert strips.plan_strip(bpy.context.scene, strip).timing.warp is None
    strip.select = False
    retime(meta, frame=60, speed=150)
    assert strips.plan_strip(bpy.context.scene, strip).timing.warp is not None
    assert_follows(strips, strip, tmp_path)


def test_measuring_ignores_other_strips_and_volume(strips, strip, tmp_path: Path) -> None:
    scene = bpy.context.scene
    retime(strip, frame=60, speed=150)
    alone = strips.plan_strip(scene, strip).timing
    add_sound(write_hum(tmp_path / "hum.wav", 6.0), channel=2, name="hum")
    strip.volume = 0.01
    strip.keyframe_insert("volume", frame=10)
    other = bpy.data.scenes.new("Other")
    if bpy.app.version >= (5, 0, 0):
        bpy.context.workspace.sequencer_scene = other
    assert strips.plan_strip(scene, strip).timing == alone


@pytest.mark.parametrize("packed", [False, True], ids=["file", "packed"])
def test_sound_of_a_retimed_strip_is_read_at_its_own_speed(
    strips, audio, strip, tmp_path: Path, packed: bool
) -> None:
    if packed:
        strip.sound.pack()
        (tmp_path / "clicks.wav").unlink()
    retime(strip, frame=60, speed=150)
    set_timing(strip, left_handle=12)
    plan = strips.plan_strip(bpy.context.scene, strip)
    samples = samples_of(audio, plan)
    assert len(samples) == pytest.approx(plan.timing.source_duration * 16000, abs=1)
    expected = CLICKS[plan.timing.start < CLICKS] - plan.timing.start
    assert onsets(samples, 16000, 0.2) == pytest.approx(expected, abs=0.003)
    assert plan.timing.times[1:3] == pytest.approx(
        np.array(plan.timing.warp[:2]) - plan.timing.start
    )


def test_retiming_needs_no_new_analysis(strips, strip) -> None:
    scene = bpy.context.scene
    before = strips.plan_strip(scene, strip)
    retime(strip, frame=60, speed=150)
    assert moved_only(before, strips.plan_strip(scene, strip))


def test_retimed_strip_beside_its_sound_is_refused(strips, strip) -> None:
    retime(strip, frame=60, speed=150)
    set_timing(strip, right_handle=250)
    set_timing(strip, left_handle=200)
    with pytest.raises(Exception, match='"speech" plays nothing of its sound in frames 200 to 249'):
        strips.plan_strip(bpy.context.scene, strip)


def test_timing_is_measured_once_in_a_bake(strip, monkeypatch: pytest.MonkeyPatch) -> None:
    """Checking an unchanged strip again needs no mixdown; a changed strip is refused."""
    plans, request = addon_module("bake.plan"), addon_module("bake.request")
    retiming = addon_module("scene.retiming")
    real, measured = retiming.retimed, []
    monkeypatch.setattr(retiming, "retimed", lambda *a: measured.append(a) or real(*a))
    retime(strip, frame=60, speed=150)
    make_face("Face", ("jawOpen",))
    plan = plans.plan_bake(request.request_for(bpy.context, "", {}))
    assert len(measured) == 1
    strip.select = not strip.select
    bpy.context.scene.frame_set(33)
    assert plans.revalidate(plan) == plan
    assert len(measured) == 1
    retime(strip, frame=80, speed=300)
    with pytest.raises(Exception, match="was changed while its sound"):
        plans.revalidate(plan)
