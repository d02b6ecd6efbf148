"""Faces in a scene whose time is stretched, or that scene strips of another scene show."""

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.extension import ROOT, addon_module
from tests.support.mixdown import (
    CLICKS,
    RATE,
    frames_heard,
    in_sequencer,
    needs_mixdown,
    retime,
)
from tests.support.scenes import (
    HAS_AUD,
    add_sound,
    make_face,
    needs_sound,
    set_timing,
    tone,
    top_level,
    write_wav,
)

pytestmark = needs_sound

STRETCHES = [(100, 200), (100, 50), (24, 25), (25, 24)]


def shown_frames(timing, scene) -> np.ndarray:
    """Frames of the timeline at which the F-curves' frames of CLICKS are shown."""
    frames = np.arange(timing.left_handle - 1, timing.right_handle + 1, 0.001)
    times = np.array([timing.source_time(frame) for frame in frames])
    return (
        np.interp(CLICKS, times, frames) * scene.render.frame_map_new / scene.render.frame_map_old
    )


@needs_mixdown
@pytest.mark.parametrize(("old", "new"), STRETCHES)
@pytest.mark.parametrize("speed", [100, 130])
def test_stretched_time_is_followed(
    strips, clicks: Path, tmp_path: Path, old: int, new: int, speed: int
) -> None:
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 25, 1, 330
    strip = add_sound(clicks, frame=1)
    if speed == 100:
        set_timing(strip, content_start=7.4)
    else:
        retime(strip, frame=60, speed=speed)
    scene.render.frame_map_old, scene.render.frame_map_new = old, new
    planned = shown_frames(strips.plan_strip(scene, strip).timing, scene)
    heard = frames_heard(tmp_path)
    planned = planned[: len(heard)]
    assert len(heard) > 4
    tolerance = 0.2 if speed == 100 else 0.8  # Blender changes speed up to 21 ms late
    assert planned == pytest.approx(heard, abs=tolerance)


@pytest.mark.parametrize(("old", "new"), STRETCHES)
def test_jaw_opens_where_the_stretched_scene_plays_the_sound(
    loud_jaw, tmp_path: Path, old: int, new: int
) -> None:
    silence, sound = np.zeros(32000), tone(1.0)
    path = write_wav(tmp_path / "late.wav", np.concatenate([silence, sound, silence]))
    scene = bpy.context.scene
    scene.render.fps = 25
    scene.render.frame_map_old, scene.render.frame_map_new = old, new
    face = make_face("Anna", ("jawOpen", "browInnerUp"))
    for sound_of in ("strip", "file"):
        if sound_of == "strip":
            add_sound(path, frame=11)
            bpy.ops.audio2face.bake(reduction="EVERY_FRAME")
        else:
            bpy.ops.audio2face.bake(file=str(path), file_frame=11, reduction="EVERY_FRAME")
        open_ = []
        for frame in range(1, 160):
            scene.frame_set(frame)
            if face.data.shape_keys.key_blocks["jawOpen"].value > 0.5:
                open_.append(frame)
        assert open_[0] == pytest.approx(11 + 50, abs=1 + new / old)
        assert open_[-1] == pytest.approx(11 + 77, abs=2 + new / old)  # relaxes after the sound


def test_update_follows_when_time_is_stretched_after_the_bake(loud_jaw, hum: Path) -> None:
    scene = bpy.context.scene
    face = make_face("Anna", ("jawOpen", "browInnerUp"))
    bpy.ops.audio2face.bake(file=str(hum), file_frame=41)
    take = scene.audio2face.speakers["Anna"].takes[0]
    timing_of = addon_module("scene.analysis_cache").timing_of
    assert (take.first_frame, timing_of(take).left_handle) == (41, 41)
    scene.render.frame_map_new = 200
    bpy.ops.audio2face.update()
    assert (take.first_frame, timing_of(take).left_handle) == (41, 20)
    bpy.ops.audio2face.update()
    assert (take.first_frame, timing_of(take).left_handle) == (41, 20)
    assert face.data.shape_keys.animation_data.action is not None


def test_fade_and_preview_range_follow_stretched_time(strips, hum: Path) -> None:
    scene = bpy.context.scene
    strip = add_sound(hum)
    strip.volume = 0.0
    strip.keyframe_insert("volume", frame=20)
    strip.volume = 1.0
    strip.keyframe_insert("volume", frame=21)
    scene.render.frame_map_new = 200
    plan = strips.plan_strip(scene, strip)
    # Blender, too, evaluates the volume at frame 20 of the F-curves.
    first_loud = plan.timing.left_handle + int(np.argmax(np.array(plan.volume.gains) > 0.5))
    assert first_loud == 21
    scene.use_preview_range = True
    scene.frame_preview_start, scene.frame_preview_end = 11, 41
    settings = addon_module("scene.speaker_settings")
    choices = (("only_preview_range", True),)
    assert settings.keying_settings(None, scene, choices).preview == (6, 21)


def shot_in_edit(first: int, frame: int = 1):
    """(scene of the shot, scene of the edit, the scene strip that shows the shot's frame ``frame``
    at the edit's frame ``first``)."""
    shot, edit = bpy.context.scene, bpy.data.scenes.new("Edit")
    shot.name, shot.frame_start, shot.frame_end = "Shot", frame, frame + 99
    edit.render.fps = shot.render.fps
    return shot, edit, top_level(edit).new_scene("shot", shot, 3, first)


def add_line(edit, path: Path, frame: int, name: str = "line", channel: int = 2):
    return top_level(edit).new_sound(name, str(path), channel, frame)


def test_scene_strip_tells_which_frame_of_the_shot_is_heard(strips, hum: Path) -> None:
    shot, edit, scene_strip = shot_in_edit(201)
    line = add_line(edit, hum, 210)
    assert strips.plan_strip(edit, line, shot).timing.left_handle == 10
    set_timing(scene_strip, left_handle=220)  # cut: the rest stays where it is
    assert strips.plan_strip(edit, line, shot).timing.left_handle == 10
    set_timing(scene_strip, content_start=195)
    assert strips.plan_strip(edit, line, shot).timing.left_handle == 16
    shot.frame_start += 50
    assert strips.plan_strip(edit, line, shot).timing.left_handle == 66
    shot.render.frame_map_new = 200
    assert strips.plan_strip(edit, line, shot).timing.left_handle == 33


def test_line_that_no_single_place_of_the_shot_hears_is_refused(
    strips, selection, hum: Path
) -> None:
    shot, edit, scene_strip = shot_in_edit(201)
    line, elsewhere = add_line(edit, hum, 210), add_line(edit, hum, 800, "elsewhere")
    with pytest.raises(Exception, match=r'"elsewhere" plays in frames 800 .* "Edit", where no'):
        strips.plan_strip(edit, elsewhere, shot)
    plans = strips.plan_sources(edit, selection.Channel(2), shot)
    assert [plan.name for plan in plans] == ["line"]
    scene_strip.use_reverse_frames = True
    with pytest.raises(Exception, match='"shot" shows "Shot" retimed or reversed'):
        strips.plan_strip(edit, line, shot)
    scene_strip.use_reverse_frames = False
    set_timing(scene_strip, right_handle=230)
    top_level(edit).new_scene("again", shot, 4, 240)
    with pytest.raises(Exception, match='"shot" and "again" show "Shot" at different frames'):
        strips.plan_strip(edit, line, shot)
    top_level(edit).remove(line)
    with pytest.raises(Exception, match='No sound strip on channel 2 of scene "Edit" plays while'):
        strips.plan_sources(edit, selection.Channel(2), shot)


def test_changed_scene_strip_changes_the_fingerprint(selection, hum: Path) -> None:
    fingerprint = addon_module("scene.strip_fingerprint").strip_fingerprint
    shot, edit, scene_strip = shot_in_edit(201)
    add_line(edit, hum, 210)
    chosen = selection.SoundSelection(
        edit.session_uid, selection.Strips(("line",)), shot.session_uid
    )
    seen = [fingerprint(chosen)]
    for change in (
        lambda: set_timing(scene_strip, content_start=190),
        lambda: setattr(shot, "frame_start", 3),
        lambda: setattr(shot.render, "frame_map_new", 120),
    ):
        change()
        seen.append(fingerprint(chosen))
    assert all(one != other for one, other in pairwise(seen))


@pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="no sequencer scene")
def test_bake_in_a_shot_hears_the_edit(loud_jaw, tmp_path: Path) -> None:
    shot, edit, _ = shot_in_edit(201)
    path = write_wav(tmp_path / "a.wav", np.concatenate([np.zeros(8000), tone(1.0)]))
    add_line(edit, path, 210)
    face = make_face("Anna", ("jawOpen", "browInnerUp"))
    bpy.context.workspace.sequencer_scene = edit
    bpy.ops.audio2face.bake(strip="line", reduction="EVERY_FRAME")
    jaw = face.data.shape_keys.key_blocks["jawOpen"]
    open_ = []
    for frame in range(1, 60):
        shot.frame_set(frame)
        if jaw.value > 0.5:
            open_.append(frame)
    assert open_[0] == pytest.approx(10 + shot.render.fps // 2, abs=1)


def write_film(path: Path, delay: float) -> Path:
    """Six seconds of film whose sound, clicks at CLICKS, begins some seconds late."""
    av = pytest.importorskip("av")
    with av.open(str(path), "w") as film:
        picture, sound = film.add_stream("mpeg4", rate=25), film.add_stream("pcm_s16le", rate=RATE)
        picture.width = picture.height = 32
        picture.pix_fmt = "yuv420p"
        for number in range(150):
            grey = np.full((32, 32, 3), number, np.uint8)
            film.mux(picture.encode(av.VideoFrame.from_ndarray(grey, format="rgb24")))
        film.mux(picture.encode())
        samples = np.zeros((1, 6 * RATE), "<i2")
        for click in CLICKS[:-1]:
            samples[0, round(click * RATE) :][:48] = 30000
        for start in range(0, samples.shape[1], 1024):
            frame = av.AudioFrame.from_ndarray(
                np.ascontiguousarray(samples[:, start : start + 1024]), format="s16", layout="mono"
            )
            frame.sample_rate, frame.time_base = RATE, Fraction(1, RATE)
            frame.pts = round(delay * RATE) + start
            film.mux(sound.encode(frame))
        film.mux(sound.encode())
    return path


@needs_mixdown
@pytest.mark.skipif(not HAS_AUD, reason="this Blender has no aud")
@pytest.mark.skipif(bpy.app.version >= (5, 0, 0), reason="adding a film crashes its bpy module")
@pytest.mark.parametrize("delay", [0.0, 0.05, 0.11])
@pytest.mark.parametrize("packed", [False, True])
def test_sound_of_a_film_may_begin_between_two_frames(
    strips, tmp_path: Path, delay: float, packed: bool
) -> None:
    film = write_film(tmp_path / "film.mov", delay)
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 25, 1, 200
    scene.sequence_editor_create()
    with bpy.context.temp_override(**in_sequencer()):
        bpy.ops.sequencer.movie_strip_add(
            filepath=str(film), frame_start=5, channel=1, sound=True, adjust_playback_rate=False
        )
    sequencer_api = addon_module("scene.sequencer_api")
    picture = next(strip for strip in top_level() if strip.type == "MOVIE")
    scene.sequence_editor.active_strip = picture
    strip = sequencer_api.active_sound_strip(scene)
    assert strip is not None
    if packed:
        strip.sound.pack()
    before = bpy.data.sounds.keys(), bpy.data.scenes.keys()
    timing = strips.plan_strip(scene, strip).timing
    assert (bpy.data.sounds.keys(), bpy.data.scenes.keys()) == before
    frames = np.arange(0, 200, 0.01)
    times = np.array([timing.source_time(frame) for frame in frames])
    planned = np.interp(CLICKS[:-1], times, frames)
    assert planned == pytest.approx(frames_heard(tmp_path), abs=0.05)


@pytest.mark.parametrize(("old", "new"), STRETCHES)
def test_preview_shows_in_stretched_time_what_a_bake_keys(
    extension: str, tmp_path: Path, old: int, new: int
) -> None:
    soundfile = pytest.importorskip("soundfile")
    voice, rate = soundfile.read(ROOT / "tests" / "data" / "surprise.flac")
    scene = bpy.context.scene
    scene.render.frame_map_old, scene.render.frame_map_new = old, new
    face = make_face("Anna", ("jawOpen", "mouthClose"))
    add_sound(write_wav(tmp_path / "voice.wav", voice, rate), frame=7)

    def jaw() -> list[float]:
        values = []
        for frame in range(1, 60):
            scene.frame_set(frame)
            values.append(face.data.shape_keys.key_blocks["jawOpen"].value)
        return values

    bpy.ops.audio2face.preview()
    shown = jaw()
    bpy.ops.audio2face.preview()
    bpy.ops.audio2face.bake(reduction="EVERY_FRAME")
    assert max(shown) > 0.2
    # Between two keys the preview is straight and the F-curve is not.
    assert jaw() == pytest.approx(shown, abs=0.03)
