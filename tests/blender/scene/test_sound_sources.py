"""Volumes, channels, meta and scene strips, films, sound files, and marks of strips."""

import importlib
from pathlib import Path
from types import SimpleNamespace

import bpy
import numpy as np
import pytest

from tests.support.mixdown import (
    CLICKS,
    RATE,
    frames_heard,
    frames_planned,
    mixdown,
    moved_only,
    needs_mixdown,
    onsets,
    samples_of,
)
from tests.support.scenes import HAS_AUD, add_sound, needs_sound, set_timing

pytestmark = needs_sound


@pytest.fixture(autouse=True)
def frames() -> None:
    scene = bpy.context.scene
    scene.render.fps, scene.frame_start, scene.frame_end = 25, 1, 300


def top_level(scene=None):
    editor = (scene or bpy.context.scene).sequence_editor_create()
    return editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences


def in_meta(strip, name: str = "meta", channel: int = 3):
    meta = top_level().new_meta(name, channel, 1)
    strip.move_to_meta(meta)
    set_timing(meta, right_handle=151, left_handle=1)
    return meta


def loudness(samples: np.ndarray, rate: int) -> np.ndarray:
    """RMS of each frame at 25 fps."""
    size = rate // 25
    rows = samples[: len(samples) // size * size].reshape(-1, size)
    return np.sqrt((rows**2).mean(axis=1))


@needs_mixdown
def test_keyframed_volume_fades_as_in_blender(strips, audio, hum: Path, tmp_path: Path) -> None:
    strip = add_sound(hum)
    for frame, volume in ((1, 0.0), (26, 0.5), (60, 0.5), (75, 0.0), (90, 0.25)):
        strip.volume = volume
        strip.keyframe_insert("volume", frame=frame)
    plan = strips.plan_strip(bpy.context.scene, strip)
    samples = samples_of(audio, plan)
    ours, played = loudness(samples, 16000), loudness(mixdown(tmp_path), RATE)[:100]
    assert len(ours) == 100
    assert ours[30] == pytest.approx(0.3 / np.sqrt(2), rel=0.02)
    # Blender's fades come late, by a buffer of 1024 samples and, before 5.0, a frame.
    soon = np.lib.stride_tricks.sliding_window_view(played / played.max(), 3)
    ours = ours[: len(soon)] / ours.max()
    assert (ours > soon.min(axis=1) - 0.03).all()
    assert (ours < soon.max(axis=1) + 0.03).all()


def test_constant_volume_changes_nothing_and_zero_is_refused(strips, audio, hum: Path) -> None:
    scene, strip = bpy.context.scene, add_sound(hum)
    loud = samples_of(audio, strips.plan_strip(scene, strip))
    strip.volume = 0.2
    quiet = samples_of(audio, strips.plan_strip(scene, strip))
    assert np.array_equal(loud, quiet)
    strip.volume = 0.0
    with pytest.raises(Exception, match='"speech" is silent, its volume is 0: raise it'):
        strips.check_strip(scene, strip)
    strip.keyframe_insert("volume", frame=1)
    with pytest.raises(Exception, match='"speech" is silent, its volume is 0: raise it'):
        strips.plan_strip(scene, strip)


@pytest.mark.skipif(bpy.app.version < (5, 0, 0), reason="meta strips have no volume before 5.0")
def test_volume_of_a_meta_strip_counts(strips, hum: Path) -> None:
    strip = add_sound(hum)
    meta = in_meta(strip)
    if not hasattr(meta, "volume"):
        pytest.skip("this release's meta strips have no volume")
    meta.volume = 0.5
    meta.keyframe_insert("volume", frame=10)
    meta.volume = 1.0
    meta.keyframe_insert("volume", frame=20)
    volume = strips.plan_strip(bpy.context.scene, strip).volume
    assert volume.gains[5] == pytest.approx(0.5)
    assert volume.gains[25] == pytest.approx(1.0)
    meta.mute = True
    with pytest.raises(Exception, match='its meta strip "meta" is muted'):
        strips.plan_strip(bpy.context.scene, strip)


@needs_mixdown
def test_moved_meta_strip_moves_its_sound(strips, clicks: Path, tmp_path: Path) -> None:
    strip = add_sound(clicks)
    inner = in_meta(strip, "inner")
    outer = top_level().new_meta("outer", 4, 1)
    inner.move_to_meta(outer)
    set_timing(outer, right_handle=151, left_handle=1)
    set_timing(outer, content_start=33)
    timing = strips.plan_strip(bpy.context.scene, strip).timing
    assert frames_heard(tmp_path) == pytest.approx(frames_planned(timing), abs=0.05)
    assert frames_planned(timing) == pytest.approx(33 + CLICKS * 25, abs=0.05)


def test_channel_and_names_select_audible_strips(strips, selection, hum: Path) -> None:
    scene = bpy.context.scene
    add_sound(hum, frame=130, channel=2, name="second")
    add_sound(hum, frame=10, channel=2, name="first")
    muted = add_sound(hum, frame=250, channel=2, name="muted")
    silent = add_sound(hum, frame=400, channel=2, name="silent")
    add_sound(hum, frame=10, channel=1, name="other")
    inside = add_sound(hum, frame=1, channel=5, name="inside")
    in_meta(inside, channel=4)
    muted.mute, silent.volume = True, 0.0

    def names(selector) -> list[str]:
        return [plan.name for plan in strips.plan_sources(scene, selector)]

    assert names(selection.Channel(2)) == ["first", "second"]
    assert names(selection.Channel(4)) == ["inside"]
    assert names(selection.Strips(("second", "other", "first"))) == ["first", "other", "second"]
    assert names(selection.Strips(("meta", "inside"))) == ["inside"]
    with pytest.raises(Exception, match="Channel 7 has no sound strip"):
        names(selection.Channel(7))
    with pytest.raises(Exception, match='"muted" is silent, it is muted'):
        names(selection.Strips(("muted",)))
    with pytest.raises(Exception, match='no sound strip named "third"'):
        names(selection.Strips(("third",)))
    scene.sequence_editor.channels[2].mute = True
    with pytest.raises(Exception, match="Every sound strip on channel 2 is silent"):
        names(selection.Channel(2))


def test_strip_without_sound_is_refused(strips, selection) -> None:
    add_picture(20)
    with pytest.raises(Exception, match='"grey" plays no sound'):
        strips.plan_sources(bpy.context.scene, selection.Strips(("grey",)))


def test_sound_file_needs_no_strip(strips, selection, audio, clicks: Path) -> None:
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = 30, 1.001
    (plan,) = strips.plan_sources(scene, selection.SoundFile(str(clicks), 40))
    assert plan.name == "clicks.wav"
    assert (plan.timing.left_handle, plan.timing.right_handle) == (40, 40 + 180)
    assert plan.timing.source_time(40) == 0.0
    samples = samples_of(audio, plan)
    assert onsets(samples, 16000, 0.2) == pytest.approx(CLICKS, abs=0.003)
    with pytest.raises(
        Exception, match=r"The sound file .*gone\.wav\" does not exist: choose another"
    ):
        strips.plan_sources(scene, selection.SoundFile(str(clicks.parent / "gone.wav")))


@needs_mixdown
@pytest.mark.skipif(not HAS_AUD, reason="this Blender has no aud")
@pytest.mark.parametrize(
    ("container", "tolerance"),
    [("MPEG4", 0.1), ("QUICKTIME", 0.1), ("MKV", 0.6)],  # in MKV Blender itself seeks inexactly
)
def test_sound_of_a_film_is_where_blender_plays_it(
    strips, selection, audio, clicks: Path, tmp_path: Path, container: str, tolerance: float
) -> None:
    film = render_film(clicks, tmp_path / f"film.{container.lower()}", container)
    scene = bpy.context.scene
    strip = add_sound(film, frame=20, name="film")
    set_timing(strip, left_handle=30, right_handle=140)
    plan = strips.plan_strip(scene, strip)
    samples = samples_of(audio, plan)
    ours = 30 + onsets(samples, 16000, 0.2) * 25
    assert ours == pytest.approx(frames_heard(tmp_path), abs=tolerance)
    (whole,) = strips.plan_sources(scene, selection.SoundFile(str(film)))
    assert whole.timing.duration == pytest.approx(6.0, abs=0.2)


def add_picture(frames: int):
    if bpy.app.version >= (5, 0, 0):
        return top_level().new_effect("grey", "COLOR", 8, 1, length=frames)
    return top_level().new_effect("grey", "COLOR", 8, frame_start=1, frame_end=1 + frames)


def render_film(sound: Path, path: Path, container: str) -> Path:
    """A few dark frames with a sound, encoded as artists' films are."""
    scene = bpy.context.scene
    strip = add_sound(sound, name="for the film")
    scene.frame_end, scene.render.fps = 150, 25
    scene.render.resolution_x = scene.render.resolution_y = 32
    picture = add_picture(150)
    settings = scene.render.image_settings
    if bpy.app.version >= (5, 0, 0):
        settings.media_type = "VIDEO"
    settings.file_format = "FFMPEG"
    scene.render.ffmpeg.format = container
    scene.render.ffmpeg.codec = "H264"
    scene.render.ffmpeg.audio_codec = "AAC"
    scene.render.use_file_extension = False
    scene.render.filepath = str(path)
    bpy.ops.render.render(animation=True)
    top_level().remove(strip)
    top_level().remove(picture)
    return path


@needs_mixdown
def test_scene_strip_is_mixed_down(
    strips, selection, audio, clicks: Path, hum: Path, tmp_path: Path
) -> None:
    scene = bpy.context.scene
    dialogue = bpy.data.scenes.new("Dialogue")
    dialogue.render.fps, dialogue.frame_start, dialogue.frame_end = 25, 1, 150
    top_level(dialogue).new_sound("line", str(clicks), 1, 11)
    strip = top_level().new_scene("shot", dialogue, 2, 31)
    strip.scene_input = "SEQUENCER"
    set_timing(strip, left_handle=40)
    expected = frames_heard(tmp_path)
    assert len(expected) > 3
    add_sound(hum, channel=4, name="noise")
    (plan,) = strips.plan_sources(scene, selection.Strips(("shot",)))
    assert plan.timing.left_handle == 40
    samples = samples_of(audio, plan)
    assert 40 + onsets(samples, 16000, 0.2) * 25 == pytest.approx(expected, abs=0.1)
    again = strips.plan_strip(scene, strip)
    assert again == plan
    set_timing(strip, content_start=61)
    assert moved_only(strips, plan, strips.plan_strip(scene, strip))
    strip.scene_input = "CAMERA"
    with pytest.raises(Exception, match='"shot" plays no sound'):
        strips.plan_sources(scene, selection.Strips(("shot",)))


def test_moved_and_trimmed_strips_need_no_new_analysis(
    strips, clicks: Path, tmp_path: Path
) -> None:
    scene, strip = bpy.context.scene, add_sound(clicks)

    def plan():
        return strips.plan_strip(scene, strip)

    whole = plan()
    set_timing(strip, content_start=40)
    assert moved_only(strips, whole, plan())
    set_timing(strip, left_handle=60, right_handle=120)
    trimmed = plan()
    assert moved_only(strips, whole, trimmed)
    assert not moved_only(strips, trimmed, whole)
    strip.volume = 0.5
    assert moved_only(strips, whole, plan())
    strip.keyframe_insert("volume", frame=60)
    strip.volume = 0.0
    strip.keyframe_insert("volume", frame=90)
    assert not moved_only(strips, whole, plan())


def test_mark_follows_its_strip(extension: str, hum: Path) -> None:
    strip_id = importlib.import_module(f"{extension}.blender_audio2face.scene.strip_id")
    scene, strip = bpy.context.scene, add_sound(hum)
    assert strip_id.uid_of(strip) == ""
    uid = strip_id.mark(scene, strip)
    strip.name = "renamed"
    assert strip_id.mark(scene, strip) == uid == strip_id.uid_of(strip)
    right = strip.split(50, "SOFT")
    assert strip_id.uid_of(right) == uid
    assert strip_id.marked(scene, uid) == strip
    assert strip_id.mark(scene, right) != uid
    assert strip_id.mark(scene, strip) == uid
    assert strip_id.marked(scene, "unknown") is None


def test_mixdown_without_sound_is_reported(
    extension: str, strips, hum: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Debian's 5.2.2 reports success without writing sound."""
    dialogue = bpy.data.scenes.new("Dialogue")
    top_level(dialogue).new_sound("line", str(hum), 1, 1)
    strip = top_level().new_scene("shot", dialogue, 2, 1)
    strip.scene_input = "SEQUENCER"
    operators = SimpleNamespace(sound=SimpleNamespace(mixdown=lambda **_: {"FINISHED"}))
    retiming = importlib.import_module(f"{extension}.blender_audio2face.scene.retiming")
    silent = SimpleNamespace(ops=operators, context=bpy.context, data=bpy.data)
    monkeypatch.setattr(retiming, "bpy", silent)
    scenes = len(bpy.data.scenes)
    with pytest.raises(Exception, match=r'play strip "shot" into a file \(it wrote no sound\)'):
        strips.plan_strip(bpy.context.scene, strip)
    assert len(bpy.data.scenes) == scenes
