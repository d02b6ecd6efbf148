"""The Python API: sound to curves and curves to keys, without a window or a selection."""

import importlib
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest

from tests.support.animation import points_of
from tests.support.extension import addon_module
from tests.support.scenes import (
    action_of,
    fcurves,
    keys_of,
    make_face,
    played,
    speaker,
    tone,
    write_hum,
    write_wav,
)


@pytest.fixture
def api(extension: str) -> ModuleType:
    return importlib.import_module(extension).api


@pytest.fixture
def speech(api: ModuleType):
    """Half a second: the jaw opens and shuts, the brows stand half up."""
    jaw = np.sin(np.linspace(0.0, np.pi, 50))
    values = np.stack([jaw, np.full(50, 0.5)], axis=1).astype(np.float32)
    return api.Curves(("jawOpen", "browInnerUp"), 100.0, values)


def state() -> tuple:
    """All that a refusal must not change."""
    speakers = [
        (
            speaker.name,
            [member.object for member in speaker.members],
            [(take.name, take.timing, bytes(take["curves"])) for take in speaker.takes],
            [(link.output, link.target) for link in speaker.links],
            (speaker.preset, speaker.output, speaker.reduction, speaker.tolerance, speaker.report),
            (speaker.dials.jaw, speaker.dials.blinks),
        )
        for speaker in bpy.context.scene.audio2face.speakers
    ]
    return speakers, [
        (action.name, *map(points_of, fcurves(action))) for action in bpy.data.actions
    ]


def test_api_is_loaded_by_the_short_import(extension: str) -> None:
    from bl_ext.user_default.audio2face_blender import api

    assert api.__name__ == f"{extension}.blender_audio2face.api"
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        importlib.import_module(extension).nothing  # noqa: B018


def test_predict_gives_arkit_curves_of_the_whole_file(api, tmp_path: Path) -> None:
    path = write_wav(tmp_path / "hum.wav", tone(0.75, 22050), 22050)
    curves = api.predict(path)
    assert len(curves.names) == 52
    assert curves.rate == 100.0
    assert curves.values.shape == (76, 52)  # both ends of 0.75 s
    assert curves.values.dtype == np.float32
    assert curves.values.max() <= 1.0
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    assert np.array_equal(api.predict("//hum.wav", runtime="numpy").values, curves.values)


def test_predict_finds_weights_beside_the_blend(api, extension: str, tmp_path: Path) -> None:
    weights = importlib.import_module(f"{extension}.model.weights_file").DEFAULT_WEIGHTS
    shutil.copyfile(weights, tmp_path / "my_actor.npz")
    path = write_wav(tmp_path / "hum.wav", tone(0.2), 16000)
    bpy.ops.wm.save_as_mainfile(filepath=str(tmp_path / "shot.blend"))
    curves = api.predict(path, weights="//my_actor.npz", runtime="numpy")
    assert np.array_equal(curves.values, api.predict(path, runtime="numpy").values)


@pytest.mark.parametrize(
    ("name", "options", "sentence"),
    [
        ("gone.wav", {}, r"The sound file .*gone\.wav\" does not exist"),
        ("text.wav", {}, r"text\.wav"),
        ("hum.wav", {"runtime": "quantum"}, "Unknown runtime"),
        ("hum.wav", {"weights": "none.npz"}, r"none\.npz"),
    ],
)
def test_predict_refuses_with_a_sentence(
    api, tmp_path: Path, name: str, options: dict, sentence: str
) -> None:
    (tmp_path / "text.wav").write_text("no sound at all")
    write_hum(tmp_path / "hum.wav", 0.1)
    with pytest.raises(addon_module("errors").A2FError, match=sentence):
        api.predict(tmp_path / name, **options)


def test_bake_makes_a_speaker_and_reports(api, speech) -> None:
    face = make_face("Anna", ("jawOpen", "browInnerUp"), select=False)
    face.data.shape_keys.key_blocks["browInnerUp"].mute = True
    report = api.bake(speech, [face], name="line 1", frame_start=101)
    assert report.summary == 'Keyed 2 controls of Anna from "line 1", frames 101 to 112'
    (hidden,) = report.hidden
    assert hidden == "Muted shape keys: browInnerUp. Tick them in Object Data > Shape Keys."
    assert speaker("Anna").report == report.text
    assert [member.object for member in speaker("Anna").members] == [face]
    frames = [frame for frame, _ in keys_of(action_of(face), "jawOpen")]
    assert 98 <= frames[0] <= 100
    assert max(played(face, "jawOpen", range(95, 125))) == pytest.approx(1.0, abs=0.05)
    assert played(face, "jawOpen", range(130, 132)) == [0.0, 0.0]


def test_curves_of_any_rate_keep_their_length(api, speech) -> None:
    face = make_face("Anna", ("jawOpen",))
    slow = api.Curves(speech.names, 50.0, speech.values)
    assert "frames 1 to 24" in api.bake(slow, [face]).summary


def test_same_name_replaces_curves_and_another_adds_them(api, speech) -> None:
    face = make_face("Anna", ("jawOpen",))
    still = api.Dials(smoothing=0.0, blinks=False)
    api.bake(speech, [face], name="a", dials=still)
    api.bake(speech, [face], name="b", frame_start=201)
    half = api.Curves(speech.names, speech.rate, speech.values * 0.5)
    api.bake(half, [face], name="a", frame_start=51)
    assert [take.label for take in speaker("Anna").takes] == ["a", "b"]
    assert played(face, "jawOpen", range(1, 14)) == pytest.approx([0.0] * 13, abs=1e-6)
    assert max(played(face, "jawOpen", range(51, 64))) == pytest.approx(0.5, abs=0.02)
    assert max(played(face, "jawOpen", range(201, 214))) == pytest.approx(1.0, abs=0.02)


def test_dials_shape_curves_and_stay_with_the_speaker(api, speech) -> None:
    face = make_face("Anna", ("jawOpen", "browInnerUp"))
    dials = api.Dials(jaw=0.5, upper_face=0.0, smoothing=0.0, channels={"jawOpen": 0.5})
    for options in ({"dials": dials, "every_frame": True}, {}):
        api.bake(speech, [face], **options)
        assert max(played(face, "jawOpen", range(1, 14))) == pytest.approx(0.25, abs=0.01)
        assert max(played(face, "browInnerUp", range(1, 14))) == 0.0
        assert [f for f, _ in keys_of(action_of(face), "jawOpen")][1:14] == list(range(1, 14))


def test_own_mapping_is_used_until_a_preset_is_named(api, speech) -> None:
    face = make_face("Anna", ("jawOpen", "Mund"))
    link = api.Link("jawOpen", api.Target("shape", "Mund"), multiplier=0.5)
    api.bake(speech, [face], mapping=api.Mapping(None, (link,)))
    assert keys_of(action_of(face), "jawOpen") == []
    assert max(played(face, "Mund", range(1, 14))) == pytest.approx(0.5, abs=0.03)
    api.bake(speech, [face], preset="arkit")
    assert max(played(face, "jawOpen", range(1, 14))) == pytest.approx(1.0, abs=0.05)
    assert len(speaker("Anna").links) == 0


@pytest.mark.parametrize("output", ["NLA", "ACTIVE"])
def test_output_keeps_the_artists_action(api, speech, output: str) -> None:
    face = make_face("Anna", ("jawOpen", "wave"))
    face.data.shape_keys.key_blocks["wave"].keyframe_insert("value", frame=5)
    own = action_of(face)
    api.bake(speech, [face], output=output)
    assert action_of(face) == own
    assert len(keys_of(own, "wave")) == 1
    assert max(played(face, "jawOpen", range(1, 14))) == pytest.approx(1.0, abs=0.05)
    tracks = face.data.shape_keys.animation_data.nla_tracks
    assert [track.name for track in tracks if track.name == "Audio2Face"] == (
        ["Audio2Face"] if output == "NLA" else []
    )


def test_other_scene_is_baked(api, speech) -> None:
    face = make_face("Anna", ("jawOpen",))
    other = bpy.data.scenes.new("Other")
    other.render.fps = 50
    assert "frames 1 to 25" in api.bake(speech, [face], scene=other).summary
    assert other.audio2face.speakers.keys() == ["Anna"]
    assert len(bpy.context.scene.audio2face.speakers) == 0


KINDS = ("empty", "names", "nan", "preset", "mapping", "output", "objects")


def refused_call(api, speech, kind: str) -> tuple[dict, type[Exception], str]:
    """Arguments that are refused, the error, and its sentence."""
    bad = np.array(speech.values)
    bad[3, 0] = np.nan
    mapping = api.Mapping(None, (api.Link("jawOpen", api.Target("shape", "gone")),))
    error = addon_module("errors").A2FError
    return {
        "empty": ({"curves": replace(speech, values=speech.values[:0])}, error, "have no rows"),
        "names": ({"curves": replace(speech, names=("x", "y"))}, error, "move nothing on this"),
        "nan": ({"curves": replace(speech, values=bad)}, error, "not numbers"),
        "preset": ({"preset": "klingon"}, error, "no rig preset"),
        "mapping": ({"mapping": mapping}, error, "Nothing to key"),
        "output": ({"output": "PAPER"}, TypeError, "PAPER"),
        "objects": ({"objects": []}, error, "No face is selected"),
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("is_known", [False, True])
def test_refusal_changes_nothing(api, speech, kind: str, is_known: bool) -> None:
    face = make_face("Anna", ("jawOpen", "browInnerUp"))
    other = make_face("Teeth", ("jawOpen",))
    if is_known:
        api.bake(speech, [face], dials=api.Dials(jaw=0.5), tolerance=0.02)
    before = state()
    arguments, error, sentence = refused_call(api, speech, kind)
    call = {"curves": speech, "objects": [face, other], "dials": api.Dials(), **arguments}
    with pytest.raises(error, match=sentence):
        api.bake(**{"every_frame": True, "tolerance": 0.1, **call})
    assert state() == before


def test_curves_without_a_name_add_to_each_other(api, extension: str) -> None:
    face = make_face("Face", ("jawOpen",))
    open_jaw = api.Curves(("jawOpen",), 24.0, np.ones((24, 1), np.float32))
    for frame in (1, 101, 105):  # the third shares frames with the second
        api.bake(open_jaw, [face], frame_start=frame)
    assert played(face, "jawOpen", (12, 101, 115)) == pytest.approx([1.0, 0.0, 1.0], abs=0.05)
    assert len(bpy.context.scene.audio2face.speakers["Face"].takes) == 2
    report = api.bake(open_jaw, [face], name="a")
    assert "replaced" not in report.text
    report = api.bake(open_jaw, [face], name="a", frame_start=301)
    assert 'The keys of "a" at frames 1 to 24 were replaced.' in report.text
