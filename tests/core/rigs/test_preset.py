"""The shipped presets: complete, distinguishable, and never more than one mouth."""

import math
import re

import pytest
from a2f.blender_audio2face.core.rigs.match import bone_preset, rank
from a2f.blender_audio2face.core.rigs.preset import Preset, preset_with_id, presets
from a2f.blender_audio2face.core.rigs.visemes import DERIVED, MOUTH_STATES
from a2f.blender_audio2face.errors import PresetError

from model.channels import ARKIT_52

NAMED = [preset for preset in presets() if preset.kind != "bones"]
BONES = [preset for preset in presets() if preset.kind == "bones"]
VISEMES = [preset for preset in presets() if preset.kind == "visemes"]


def by_id(preset: Preset) -> str:
    return preset.id


def test_every_promised_preset_is_shipped() -> None:
    assert {preset.id for preset in presets()} == {
        "arkit", "metahuman", "oculus", "vrm0", "vrm1", "vroid", "vowels", "rhubarb",
        "preston_blair", "cc3", "cc4", "cc_direct", "cc4_expressions", "daz_genesis8",
        "daz_genesis9", "daz_visemes", "microsoft", "mmd", "sranipal", "unified_expressions",
        "rigify", "auto_rig_pro",
    }  # fmt: skip


@pytest.mark.parametrize("preset", presets(), ids=by_id)
def test_preset_file_is_consistent(preset: Preset) -> None:
    names = [output.name for output in preset.outputs]
    assert preset.kind in ("channels", "visemes", "bones")
    assert (preset.kind == "bones") == (preset.unit is not None)
    assert len(set(names)) == len(names)
    for output in preset.outputs:
        assert output.weights and set(output.weights) <= {*ARKIT_52, *DERIVED}
        assert all(map(math.isfinite, output.weights.values()))
        assert output.need in ("essential", "optional", "extra")
        assert set(output.unless) <= set(names)


@pytest.mark.parametrize("preset", NAMED, ids=by_id)
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
def test_closed_mouth_is_one_viseme_of_its_own(preset: Preset) -> None:
    for state in ("sealed", "rest", "tucked"):
        showing = [output for output in preset.outputs if state in output.weights]
        assert len(showing) <= 1
        assert all(len(output.weights) == 1 for output in showing)
    assert all(output.weights.get("sealed", 1.0) == 1.0 for output in preset.outputs)


def test_every_channel_reaches_a_movement_rig() -> None:
    for preset in presets():
        if preset.kind != "channels":
            continue
        used = {name for output in preset.outputs for name in output.weights}
        missing = set(ARKIT_52) - used
        allowed = {"mouthClose"} if preset.id == "metahuman" else set()
        if preset.id == "daz_genesis9":
            allowed = {"eyeWideLeft", "eyeWideRight", "tongueOut"}
        if preset.id == "sranipal":
            upper = ("browInnerUp", "browOuterUp", "cheekSquint", "noseSneer", "mouthShrugUpper")
            allowed = {name for name in ARKIT_52 if name.startswith(upper)}
        assert missing == allowed, preset.id


@pytest.mark.parametrize("preset", BONES, ids=by_id)
def test_preset_of_bones_is_whole(preset: Preset) -> None:
    moves = {output.name: output.bones for output in preset.outputs}
    assert set(moves) <= set(ARKIT_52)
    assert all(moves.values())
    bones = {move.bone for each in moves.values() for move in each}
    assert set(preset.unit or ()) <= bones
    assert bone_preset(bones) == preset
    assert bone_preset(bones - set(preset.unit or ())) is None
    for name, each in moves.items():
        if name.endswith("Left"):
            mirror = {re.sub(r"\.L|\.l\b", ".R", move.bone).upper() for move in each}
            assert {move.bone.upper() for move in moves[f"{name[:-4]}Right"]} == mirror or (
                name in ("jawLeft", "mouthLeft")
            )


def test_unknown_preset_lists_the_known() -> None:
    with pytest.raises(PresetError, match='no rig preset "fox": choose one of arkit'):
        preset_with_id("fox")
