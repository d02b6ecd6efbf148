"""Only Preview Range: what is keyed, and what is refused in a sentence."""

from pathlib import Path

import bpy
import pytest

from tests.support.scenes import add_sound, keys_of, make_face, needs_sound, tone, write_wav

pytestmark = [needs_sound, pytest.mark.usefixtures("loud_jaw")]


def test_range_that_holds_only_frames_of_a_neighbour_is_refused(tmp_path: Path) -> None:
    """The second strip's lead-in lies in the first one's speech: there is nothing to key."""
    first = write_wav(tmp_path / "first.wav", tone(1.0), 16000)
    second = write_wav(tmp_path / "second.wav", tone(1.0), 16000)
    face = make_face("Face", ("jawOpen",))
    scene = bpy.context.scene
    add_sound(first)
    bpy.ops.audio2face.bake()
    action = face.data.shape_keys.animation_data.action
    before = keys_of(action, "jawOpen")
    strip = add_sound(second)
    left = min(frame for frame, _ in before) + 24  # inside of the first strip's speech
    if bpy.app.version >= (5, 1, 0):
        strip.content_start = left
        handle = strip.left_handle
    else:
        strip.frame_start = left
        handle = strip.frame_final_start
    scene.use_preview_range = True
    scene.frame_preview_start = scene.frame_preview_end = int(handle) - 3  # its rest key
    scene.audio2face.speakers[0].only_preview_range = True
    with pytest.raises(RuntimeError, match="other strips have every frame"):
        bpy.ops.audio2face.bake(strip=strip.name)
    action = face.data.shape_keys.animation_data.action
    assert keys_of(action, "jawOpen") == before
    assert len(bpy.data.actions) == 1
    assert len(scene.audio2face.speakers[0].takes) == 1
