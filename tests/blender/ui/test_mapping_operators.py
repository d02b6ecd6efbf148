"""The buttons of the mapping, and paths that start at the folder of the .blend."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest

from tests.support.scenes import add_sound, keys_of, make_face, needs_sound, tone, write_wav

pytestmark = [needs_sound, pytest.mark.usefixtures("loud_jaw")]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of a saved .blend, with a sound beside it."""
    write_wav(tmp_path / "hum.wav", tone(0.5), 16000)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    return tmp_path


@pytest.fixture
def speaker(folder: Path):
    """A speaker whose face was baked with its automatic mapping."""
    add_sound(folder / "hum.wav")
    make_face("Anna", ("jawOpen", "browInnerUp"))
    bpy.ops.audio2face.bake()
    return bpy.context.scene.audio2face.speakers["Anna"]


@pytest.fixture
def no_warnings() -> Iterator[None]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")  # as errors, Blender swallows some
        yield
    assert [str(warning.message) for warning in caught] == []


def outputs(speaker) -> list[str]:
    return [link.output for link in speaker.links]


def test_added_link_keeps_the_automatic_links(speaker) -> None:
    bpy.ops.audio2face.link_add()
    assert sorted(outputs(speaker)) == ["browInnerUp", "jawOpen", "jawOpen"]
    assert (speaker.links[-1].output, speaker.active_link) == ("jawOpen", 2)
    bpy.ops.audio2face.update()
    action = bpy.data.objects["Anna"].data.shape_keys.animation_data.action
    assert keys_of(action, "jawOpen") and keys_of(action, "browInnerUp")
    assert "Nothing to move" not in speaker.report
    bpy.ops.audio2face.link_add()
    assert len(speaker.links) == 4


def test_removing_every_link_makes_the_mapping_automatic(speaker) -> None:
    bpy.ops.audio2face.mapping_edit()
    bpy.ops.audio2face.link_remove(index=0)
    assert (len(speaker.links), speaker.active_link) == (1, 0)
    bpy.ops.audio2face.link_remove()
    with pytest.raises(RuntimeError, match="The mapping has no link 0; it has 0"):
        bpy.ops.audio2face.link_remove()


def test_unknown_preset_is_refused_and_keeps_the_links(speaker) -> None:
    bpy.ops.audio2face.mapping_edit()
    with pytest.raises(RuntimeError, match='There is no preset "mine": choose one of arkit'):
        bpy.ops.audio2face.preset(preset="mine")
    assert len(speaker.links) == 2
    bpy.ops.audio2face.preset(preset="arkit")
    assert (len(speaker.links), speaker.preset) == (0, "arkit")


def test_edited_mapping_marks_what_moves_nothing(speaker) -> None:
    shapes = bpy.data.objects["Anna"].data.shape_keys.key_blocks
    shapes["browInnerUp"].data[0].co.z = 0.0
    bpy.ops.audio2face.mapping_edit()
    marks = {link.target: link.still for link in speaker.links}
    assert marks == {"jawOpen": False, "browInnerUp": True}


def test_mapping_files_may_be_relative_to_the_blend(speaker, folder, no_warnings) -> None:
    assert bpy.ops.audio2face.mapping_save(filepath="//map.json") == {"FINISHED"}
    assert (folder / "map.json").is_file()
    assert bpy.ops.audio2face.mapping_load(filepath="//map.json") == {"FINISHED"}
    assert sorted(outputs(speaker)) == ["browInnerUp", "jawOpen"]
    (folder / "bad.json").write_text("[1]")
    with pytest.raises(RuntimeError, match="not a mapping saved by this extension"):
        bpy.ops.audio2face.mapping_load(filepath="//bad.json")
    assert len(speaker.links) == 2


def test_sounds_may_be_relative_to_the_blend(folder, no_warnings) -> None:
    make_face("Face", ("jawOpen",))
    assert bpy.ops.audio2face.bake(file="//hum.wav") == {"FINISHED"}
    assert bpy.ops.audio2face.sound_add(filepath="//hum.wav") == {"FINISHED"}
    strip = bpy.context.scene.sequence_editor.active_strip
    assert Path(bpy.path.abspath(strip.sound.filepath)) == folder / "hum.wav"
    make_face("Anna", ("jawOpen",))
    bpy.ops.audio2face.speaker_add(name="Anna", source="FILE", file="//hum.wav")
    assert bpy.ops.audio2face.bake(speaker="Anna") == {"FINISHED"}
