"""The buttons of the mapping, and paths that start at the folder of the .blend."""

import importlib
import warnings
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import bpy
import pytest

from tests.support.scenes import (
    add_sound,
    keys_of,
    make_armature,
    make_face,
    needs_sound,
    tone,
    write_wav,
)

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
    """Outputs of the links that have a target."""
    return [link.output for link in speaker.links if link.target]


def test_added_link_keeps_the_automatic_links(speaker) -> None:
    bpy.ops.audio2face.link_add()
    assert sorted(outputs(speaker)) == ["browInnerUp", "jawOpen"]
    assert (speaker.links[-1].output, speaker.active_link) == ("jawOpen", 52)
    bpy.ops.audio2face.update()
    action = bpy.data.objects["Anna"].data.shape_keys.animation_data.action
    assert keys_of(action, "jawOpen") and keys_of(action, "browInnerUp")
    assert "Nothing to move" not in speaker.report
    bpy.ops.audio2face.link_add()
    assert len(speaker.links) == 54


def test_removing_every_link_makes_the_mapping_automatic(speaker) -> None:
    bpy.ops.audio2face.mapping_edit()
    assert len(speaker.links) == len({link.output for link in speaker.links}) == 52
    for _ in range(52):
        bpy.ops.audio2face.link_remove(index=0)
    assert (len(speaker.links), speaker.active_link) == (0, 0)
    with pytest.raises(RuntimeError, match="The mapping has no link 0; it has 0"):
        bpy.ops.audio2face.link_remove()


def test_unknown_preset_is_refused_and_keeps_the_links(speaker) -> None:
    bpy.ops.audio2face.mapping_edit()
    with pytest.raises(RuntimeError, match='There is no preset "mine": choose one of arkit'):
        bpy.ops.audio2face.preset(preset="mine")
    assert len(speaker.links) == 52
    bpy.ops.audio2face.preset(preset="arkit")
    assert (len(speaker.links), speaker.preset) == (0, "arkit")


def test_edited_mapping_marks_what_moves_nothing(speaker) -> None:
    shapes = bpy.data.objects["Anna"].data.shape_keys.key_blocks
    shapes["browInnerUp"].data[0].co.z = 0.0
    bpy.ops.audio2face.mapping_edit()
    marks = {link.target: link.still for link in speaker.links if link.target}
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


@pytest.fixture
def numbered() -> tuple[bpy.types.Object, dict[str, str]]:
    """The demo head with names that say nothing, and those that it had."""
    bpy.ops.audio2face.add_demo_head(with_speech=False)
    head = bpy.data.objects["Demo Head"]
    known = {}
    for number, block in enumerate(list(head.data.shape_keys.key_blocks)[1:], 1):
        known[f"Key {number}"] = block.name
        block.name = f"Key {number}"
    return head, known


def test_shapes_without_names_are_guessed(numbered) -> None:
    _, known = numbered
    assert bpy.ops.audio2face.mapping_guess() == {"FINISHED"}
    (speaker,) = bpy.context.scene.audio2face.speakers
    assert {link.output: known[link.target] for link in speaker.links} == {
        name: name for name in known.values()
    }
    assert all(link.score > 0.9 for link in speaker.links)
    with pytest.raises(RuntimeError, match="No further shape key moves as the channels that have"):
        bpy.ops.audio2face.mapping_guess()
    assert bpy.ops.audio2face.mapping_guess(replace=True) == {"FINISHED"}


def test_guess_completes_what_was_chosen_by_hand(numbered) -> None:
    _, known = numbered
    numbers = {name: key for key, name in known.items()}
    bpy.ops.audio2face.mapping_edit()
    (speaker,) = bpy.context.scene.audio2face.speakers
    jaw = next(link for link in speaker.links if link.output == "jawOpen")
    jaw.target = numbers["mouthClose"]
    bpy.ops.audio2face.mapping_guess()
    found = {link.output: link.target for link in speaker.links}
    assert found["jawOpen"] == numbers["mouthClose"]
    assert found["mouthPucker"] == numbers["mouthPucker"]
    assert next(link for link in speaker.links if link.output == "jawOpen").score == 0.0


@pytest.mark.usefixtures("numbered")
def test_scores_stay_until_another_target_is_chosen() -> None:
    bpy.ops.audio2face.mapping_guess()
    (speaker,) = bpy.context.scene.audio2face.speakers
    scores = [link.score for link in speaker.links]
    names = [link.output for link in speaker.links]
    bpy.ops.audio2face.mapping_edit()
    assert [link.score for link in speaker.links] == scores
    jaw, pucker = (speaker.links[names.index(name)] for name in ("jawOpen", "mouthPucker"))
    pucker.target = ""
    jaw.still = True
    jaw.target = "Key 1"
    assert (jaw.score, jaw.still) == (0.0, False)
    bpy.ops.audio2face.mapping_guess()
    again = {link.output: link.score for link in speaker.links}
    assert again == {**dict(zip(names, scores, strict=True)), "jawOpen": 0.0}


def test_line_of_the_mapping_says_left_or_right_and_whether_it_is_sure(
    speaker, extension: str
) -> None:
    room = f"{extension}.blender_audio2face."
    short = importlib.import_module(f"{room}ui.panels.face")._short
    assert [short(name) for name in ("mouthPressLeft", "mouthPressRight", "jawOpen", "A")] == [
        "mouthPress L", "mouthPress R", "jawOpen", "A"
    ]  # fmt: skip
    bpy.ops.audio2face.mapping_edit()
    show = importlib.import_module(f"{room}ui.operators.mapping").AUDIO2FACE_OT_link_show
    place = next(i for i, link in enumerate(speaker.links) if link.output == "jawOpen")
    line = SimpleNamespace(index=place)
    assert "for a moment, what jawOpen moves" in show.description(bpy.context, line)
    speaker.links[place].score = 0.6
    assert "60% sure" in show.description(bpy.context, line)
    speaker.links[place].still = True
    assert "moves no vertex" in show.description(bpy.context, line)
    assert show.description(bpy.context, SimpleNamespace(index=-1)) == ""


def test_driven_shapes_are_not_guessed(numbered) -> None:
    head, known = numbered
    jaw = next(key for key, name in known.items() if name == "jawOpen")
    head.data.shape_keys.key_blocks[jaw].driver_add("value")
    bpy.ops.audio2face.mapping_guess()
    (speaker,) = bpy.context.scene.audio2face.speakers
    assert jaw not in {link.target for link in speaker.links}


def test_refused_guess_leaves_no_speaker() -> None:
    make_face("Face", ("Key 1",))
    with pytest.raises(RuntimeError, match="No shape key moves"):
        bpy.ops.audio2face.mapping_guess()
    assert len(bpy.context.scene.audio2face.speakers) == 0


def test_search_fields_offer_what_the_face_has(speaker, extension: str) -> None:
    links = importlib.import_module(f"{extension}.blender_audio2face.scene.properties.links")
    rig = make_armature("jaw", "head")
    rig["smile"] = 0.5
    bpy.ops.audio2face.speaker_members(speaker="Anna")
    bpy.ops.audio2face.mapping_edit(speaker="Anna")
    link = speaker.links[0]

    def offered(find, text: str = "") -> list[str]:
        return find(link, bpy.context, text)

    assert offered(links._find_targets) == ["jawOpen", "browInnerUp"]
    assert offered(links._find_targets, "JAW") == ["jawOpen"]
    assert "mouthClose" in offered(links._find_outputs, "close")
    link.kind = "bone"
    assert offered(links._find_targets) == ["jaw", "head"]
    assert offered(links._find_paths, "loc") == ["location"]
    link.kind = "property"
    assert offered(links._find_targets) == ["smile"]


def test_shape_is_shown_and_given_back(speaker, extension: str, monkeypatch) -> None:
    moment = importlib.import_module(f"{extension}.blender_audio2face.face_override.moment")
    bpy.ops.audio2face.mapping_edit()
    key = bpy.data.objects["Anna"].data.shape_keys
    jaw, brow = key.key_blocks["jawOpen"], key.key_blocks["browInnerUp"]
    jaw.value = before = 0.25
    seen = []

    def end(override) -> None:
        seen.append((jaw.value, brow.value))
        finish(override)

    finish = moment._end
    monkeypatch.setattr(moment, "_end", end)
    place = next(i for i, link in enumerate(speaker.links) if link.output == "jawOpen")
    assert bpy.ops.audio2face.link_show(index=place) == {"FINISHED"}
    assert seen == [(1.0, brow.value)]
    assert (jaw.value, list(key.keys())) == (before, [])
    assert speaker.active_link == place
    empty = next(i for i, link in enumerate(speaker.links) if not link.target)
    with pytest.raises(RuntimeError, match="shows nothing: it has no target"):
        bpy.ops.audio2face.link_show(index=empty)


def test_calibration_is_kept_in_the_mapping(extension: str) -> None:
    bpy.ops.audio2face.add_demo_head(with_speech=False)
    head = bpy.data.objects["Demo Head"]
    bpy.ops.audio2face.mapping_guess(replace=True)
    (speaker,) = bpy.context.scene.audio2face.speakers
    assert bpy.ops.audio2face.calibrate() == {"FINISHED"}
    links = {link.output: link for link in speaker.links}
    assert 1.0 < links["jawOpen"].multiplier < 1.3
    assert 1.0 < links["mouthClose"].multiplier < 1.3
    assert links["mouthPressLeft"].multiplier < 1.0
    assert links["tongueOut"].multiplier == 1.0
    assert links["jawOpen"].score > 0.9
    assert "on film 33%" in speaker.calibration
    api = importlib.import_module(extension).api
    mapping, findings = api.calibrate([head])
    made = {link.output: link.multiplier for link in mapping.links}
    assert made["jawOpen"] == pytest.approx(links["jawOpen"].multiplier, abs=1e-3)
    assert "\n".join(findings) == speaker.calibration


def test_visemes_are_not_calibrated() -> None:
    make_face("Face", ("viseme_aa", "viseme_PP", "viseme_O", "viseme_U"))
    bpy.ops.audio2face.speaker_add()
    with pytest.raises(RuntimeError, match="Rigs of visemes need no calibration"):
        bpy.ops.audio2face.calibrate()
    assert len(bpy.context.scene.audio2face.speakers[0].links) == 0


def test_api_guesses_what_names_do_not_say(numbered, extension: str) -> None:
    head, known = numbered
    api = importlib.import_module(extension).api
    mapping = api.guess([head])
    assert {link.output: known[link.target.name] for link in mapping.links} == {
        name: name for name in known.values()
    }
