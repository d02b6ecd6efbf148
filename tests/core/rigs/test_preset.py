"""The shipped presets: complete, distinguishable, and never more than one mouth."""

import pytest
from a2f.blender_audio2face.core.rigs.match import rank
from a2f.blender_audio2face.core.rigs.preset import Preset, preset_with_id, presets, read_preset
from a2f.blender_audio2face.core.rigs.visemes import MOUTH_STATES
from a2f.blender_audio2face.errors import PresetError

from model.channels import ARKIT_52

VISEMES = [preset for preset in presets() if preset.kind == "visemes"]


CLOSED = {
    "oculus": "viseme_PP",
    "cc3": "Explosive",
    "cc4": "V_Explosive",
    "cc_direct": "B_M_P",
    "daz_visemes": "eCTRLvM",
    "microsoft": "p_b_m_21",
    "rhubarb": "A",
    "preston_blair": "MBP",
}


def by_id(preset: Preset) -> str:
    return preset.id


def test_every_promised_preset_is_shipped() -> None:
    assert {preset.id for preset in presets()} == {
        "arkit", "metahuman", "oculus", "vrm0", "vrm1", "vroid", "vowels", "rhubarb",
        "preston_blair", "cc3", "cc4", "cc_direct", "cc4_expressions", "daz_genesis8",
        "daz_genesis9", "daz_visemes", "microsoft",
    }  # fmt: skip


@pytest.mark.parametrize("preset", presets(), ids=by_id)
@pytest.mark.parametrize("needs", [("essential",), ("essential", "optional")])
def test_preset_is_recognised_by_its_own_names(preset: Preset, needs: tuple[str, ...]) -> None:
    names = [output.name for output in preset.outputs if output.need in needs]
    best = rank(names)[0]
    same_names = {"vrm0": "vowels"}
    assert best.preset.id == same_names.get(preset.id, preset.id)
    assert best.score >= 0.9
    assert list(best.found.values()) == names


def test_blinks_tell_vrm0_from_other_vowels() -> None:
    names = ["A", "I", "U", "E", "O", "Blink_L", "Blink_R", "Joy"]
    assert rank(names)[0].preset.id == "vrm0"


@pytest.mark.parametrize("preset", VISEMES, ids=by_id)
def test_weights_of_a_mouth_state_sum_to_at_most_one(preset: Preset) -> None:
    for state in MOUTH_STATES:
        given = sum(output.weights.get(state, 0.0) for output in preset.outputs)
        assert given <= 1.0 + 1e-9, state


@pytest.mark.parametrize("preset", VISEMES, ids=by_id)
def test_closed_lips_belong_to_one_viseme(preset: Preset) -> None:
    closing = {o.name: o.weights["sealed"] for o in preset.outputs if "sealed" in o.weights}
    if preset.id in CLOSED:
        assert closing == {CLOSED[preset.id]: 1.0}
    else:
        assert closing in ({}, {"N": 1.0})
    for output in preset.outputs:
        if "sealed" in output.weights or "rest" in output.weights or "tucked" in output.weights:
            assert len(output.weights) == 1


def test_every_channel_reaches_a_movement_rig() -> None:
    for preset in presets():
        if preset.kind != "channels":
            continue
        used = {name for output in preset.outputs for name in output.weights}
        missing = set(ARKIT_52) - used
        allowed = {"mouthClose"} if preset.id == "metahuman" else set()
        if preset.id == "daz_genesis9":
            allowed = {"eyeWideLeft", "eyeWideRight", "tongueOut"}
        assert missing == allowed, preset.id


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "faces"},
        {"outputs": [{"name": "a", "weights": {"jawOpened": 1}}]},
        {"outputs": [{"name": "a", "weights": {}}]},
        {"outputs": [{"name": "a", "weights": {"jawOpen": "wide"}}]},
        {"outputs": [{"name": "a", "weights": {"jawOpen": 1}, "need": "some"}]},
        {"outputs": [{"name": "a", "weights": {"jawOpen": 1}, "unless": ["b"]}]},
        {"outputs": [{"weights": {"jawOpen": 1}}]},
        {"outputs": [{"name": "a", "weights": {"jawOpen": 1}}] * 2},
        {"outputs": 3},
    ],
)
def test_bad_preset_is_refused(change: dict) -> None:
    good = {
        "id": "x",
        "label": "X",
        "kind": "channels",
        "outputs": [{"name": "a", "weights": {"jawOpen": 1}}],
    }
    assert read_preset(good, "x.json").output("a") is not None
    with pytest.raises(PresetError, match=r"x\.json"):
        read_preset({**good, **change}, "x.json")


def test_unknown_preset_lists_the_known() -> None:
    with pytest.raises(PresetError, match='no rig preset "fox": choose one of arkit'):
        preset_with_id("fox")
