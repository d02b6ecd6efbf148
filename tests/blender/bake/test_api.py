"""The Python API: sound to curves and curves to keys, without a window or a selection."""

import importlib
import shutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import bpy
import numpy as np
import pytest

from tests.support.scenes import fcurves, keys_of, make_face, tone, write_wav


@pytest.fixture
def api(extension: str) -> ModuleType:
    return importlib.import_module(extension).api


@pytest.fixture
def errors(extension: str) -> ModuleType:
    return importlib.import_module(f"{extension}.model.errors")


@pytest.fixture
def speech(api: ModuleType):
    """Half a second: the jaw opens and shuts, the brows stand half up."""
    jaw = np.sin(np.linspace(0.0, np.pi, 50))
    values = np.stack([jaw, np.full(50, 0.5)], axis=1).astype(np.float32)
    return api.Curves(("jawOpen", "browInnerUp"), 100.0, values)


def action_of(face) -> bpy.types.Action | None:
    anim = face.data.shape_keys.animation_data
    return anim.action if anim is not None else None


def values_of(face, name: str, frames: range) -> list[float]:
    values = []
    for frame in frames:
        bpy.context.scene.frame_set(frame)
        values.append(face.data.shape_keys.key_blocks[name].value)
    return values


def state() -> tuple:
    """All that a refusal must not change."""
    speakers = [
        (
            one.name,
            [member.object for member in one.members],
            [(take.name, take.timing, bytes(take["curves"])) for take in one.takes],
            [(link.output, link.target) for link in one.links],
            (one.preset, one.output, one.reduction, one.tolerance, one.report),
            (one.dials.jaw, one.dials.blinks),
        )
        for one in bpy.context.scene.audio2face.speakers
    ]
    actions = [
        (action.name, [(c.data_path, [tuple(k.co) for k in c.keyframe_points]) for c in curves])
        for action in bpy.data.actions
        for curves in [fcurves(action)]
    ]
    return speakers, actions


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


def test_predict_refuses_with_a_sentence(api, errors, tmp_path: Path) -> None:
    with pytest.raises(errors.A2FError, match=r"The sound file .*gone\.wav\" does not exist"):
        api.predict(tmp_path / "gone.wav")
    (tmp_path / "text.wav").write_text("no sound at all")
    with pytest.raises(errors.A2FError, match=r"text\.wav"):
        api.predict(tmp_path / "text.wav")
    path = write_wav(tmp_path / "hum.wav", tone(0.1), 16000)
    with pytest.raises(errors.A2FError, match="Unknown runtime"):
        api.predict(path, runtime="quantum")
    with pytest.raises(errors.A2FError, match=r"none\.npz"):
        api.predict(path, weights=tmp_path / "none.npz")


def test_bake_makes_a_speaker_and_reports(api, speech) -> None:
    face = make_face("Anna", ("jawOpen", "browInnerUp"), select=False)
    report = api.bake(speech, [face], name="line 1", frame_start=101)
    assert report.summary == 'Keyed 2 controls of Anna from "line 1", frames 101 to 112'
    assert report.hidden == ()
    speaker = bpy.context.scene.audio2face.speakers["Anna"]
    assert speaker.report == report.text
    assert [member.object for member in speaker.members] == [face]
    frames = [frame for frame, _ in keys_of(action_of(face), "jawOpen")]
    assert 98 <= frames[0] <= 100
    assert max(values_of(face, "jawOpen", range(95, 125))) == pytest.approx(1.0, abs=0.05)
    assert values_of(face, "jawOpen", range(130, 132)) == [0.0, 0.0]


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
    speaker = bpy.context.scene.audio2face.speakers["Anna"]
    assert [take.label for take in speaker.takes] == ["a", "b"]
    assert values_of(face, "jawOpen", range(1, 14)) == pytest.approx([0.0] * 13, abs=1e-6)
    assert max(values_of(face, "jawOpen", range(51, 64))) == pytest.approx(0.5, abs=0.02)
    assert max(values_of(face, "jawOpen", range(201, 214))) == pytest.approx(1.0, abs=0.02)


def test_dials_shape_curves_and_stay_with_the_speaker(api, speech) -> None:
    face = make_face("Anna", ("jawOpen", "browInnerUp"))
    dials = api.Dials(jaw=0.5, upper_face=0.0, smoothing=0.0, channels={"jawOpen": 0.5})
    api.bake(speech, [face], dials=dials, every_frame=True)
    assert max(values_of(face, "jawOpen", range(1, 14))) == pytest.approx(0.25, abs=0.01)
    assert max(values_of(face, "browInnerUp", range(1, 14))) == 0.0
    assert [f for f, _ in keys_of(action_of(face), "jawOpen")][1:14] == list(range(1, 14))
    api.bake(speech, [face])
    assert max(values_of(face, "jawOpen", range(1, 14))) == pytest.approx(0.25, abs=0.01)
    assert [f for f, _ in keys_of(action_of(face), "jawOpen")][1:14] == list(range(1, 14))


def test_own_mapping_is_used_until_a_preset_is_named(api, speech) -> None:
    face = make_face("Anna", ("jawOpen", "Mund"))
    link = api.Link("jawOpen", api.Target("shape", "Mund"), multiplier=0.5)
    api.bake(speech, [face], mapping=api.Mapping(None, (link,)))
    assert keys_of(action_of(face), "jawOpen") == []
    assert max(values_of(face, "Mund", range(1, 14))) == pytest.approx(0.5, abs=0.03)
    api.bake(speech, [face], preset="arkit")
    assert max(values_of(face, "jawOpen", range(1, 14))) == pytest.approx(1.0, abs=0.05)
    assert len(bpy.context.scene.audio2face.speakers["Anna"].links) == 0


def test_preset_of_visemes_is_used(api, speech) -> None:
    face = make_face("Anna", ("A", "I", "U", "E", "O"))
    wide = api.bake(speech, [face], preset="vowels")
    assert "controls of Anna" in wide.summary
    assert max(values_of(face, "A", range(1, 14))) > 0.3


@pytest.mark.parametrize("output", ["NLA", "ACTIVE"])
def test_output_keeps_the_artists_action(api, speech, output: str) -> None:
    face = make_face("Anna", ("jawOpen", "wave"))
    face.data.shape_keys.key_blocks["wave"].keyframe_insert("value", frame=5)
    own = action_of(face)
    api.bake(speech, [face], output=output)
    assert action_of(face) == own
    assert len(keys_of(own, "wave")) == 1
    assert max(values_of(face, "jawOpen", range(1, 14))) == pytest.approx(1.0, abs=0.05)
    tracks = face.data.shape_keys.animation_data.nla_tracks
    assert [track.name for track in tracks if track.name == "Audio2Face"] == (
        ["Audio2Face"] if output == "NLA" else []
    )


def test_second_mesh_joins_the_speaker(api, speech) -> None:
    head, teeth = make_face("Head", ("jawOpen",)), make_face("Teeth", ("jawOpen",))
    api.bake(speech, [head])
    assert action_of(teeth) is None
    api.bake(speech, [head, teeth])
    assert [one.name for one in bpy.context.scene.audio2face.speakers] == ["Head"]
    assert action_of(teeth) is not None


def test_what_hides_the_result_is_reported(api, speech) -> None:
    face = make_face("Anna", ("jawOpen",))
    face.data.shape_keys.key_blocks["jawOpen"].mute = True
    report = api.bake(speech, [face])
    assert report.hidden == ("Muted shape keys: jawOpen. Tick them in Object Data > Shape Keys.",)


def test_other_scene_is_baked(api, speech) -> None:
    face = make_face("Anna", ("jawOpen",))
    other = bpy.data.scenes.new("Other")
    other.render.fps = 50
    assert "frames 1 to 25" in api.bake(speech, [face], scene=other).summary
    assert [one.name for one in other.audio2face.speakers] == ["Anna"]
    assert len(bpy.context.scene.audio2face.speakers) == 0


def refusals(api, speech, face) -> dict[str, tuple[dict, type | None, str]]:
    """Calls that are refused: arguments, kind of error (None: the extension's own), sentence."""
    bad = np.array(speech.values)
    bad[3, 0] = np.nan
    link = api.Link("jawOpen", api.Target("shape", "gone"))
    return {
        "empty": ({"curves": replace(speech, values=speech.values[:0])}, None, "have no rows"),
        "names": ({"curves": replace(speech, names=("x", "y"))}, None, "move nothing on this face"),
        "nan": ({"curves": replace(speech, values=bad)}, None, "not numbers"),
        "preset": ({"preset": "klingon"}, None, "no rig preset"),
        "mapping": ({"mapping": api.Mapping(None, (link,))}, None, "Nothing to key"),
        "output": ({"output": "PAPER"}, TypeError, "PAPER"),
        "objects": ({"objects": []}, None, "No face is selected"),
    }


KINDS = ("empty", "names", "nan", "preset", "mapping", "output", "objects")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("known", [False, True])
def test_refusal_changes_nothing(api, errors, speech, kind: str, known: bool) -> None:
    face = make_face("Anna", ("jawOpen", "browInnerUp"))
    other = make_face("Teeth", ("jawOpen",))
    if known:
        api.bake(speech, [face], dials=api.Dials(jaw=0.5), tolerance=0.02)
    before = state()
    arguments, error, sentence = refusals(api, speech, face)[kind]
    call = {"curves": speech, "objects": [face, other], "dials": api.Dials(), **arguments}
    call = {"every_frame": True, "tolerance": 0.1, **call}
    with pytest.raises(error or errors.A2FError, match=sentence):
        api.bake(**call)
    assert state() == before
