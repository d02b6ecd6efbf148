"""Spellings of control names, and the rigs they are recognised as."""

import re

import pytest
from a2f.blender_audio2face.core.rigs.match import match, rank
from a2f.blender_audio2face.core.rigs.preset import Output, Preset, preset_with_id

from model.channels import ARKIT_52

ARKIT = preset_with_id("arkit")


@pytest.mark.parametrize(
    "name",
    [
        "mouthSmileLeft",
        "MOUTH_SMILE_LEFT",
        "mouthSmile_L",
        "Mouth Smile.L",
        "_mouthSmileLeft",
        "Left Mouth Smile",
        "A38_Mouth_Smile_Left",
        "38_mouthSmileLeft",
        "Face.mouthSmileLeft",
        "Head__mouthSmile_L",
        "blendShape1.MouthSmileLeft",
    ],
)
def test_spelling_of_a_name_is_matched(name: str) -> None:
    assert match(ARKIT, [name]).found == {"mouthSmileLeft": name}


@pytest.mark.parametrize(
    "name", ["mouthSmile", "mouthSmileLeft.1", "smileLeft", "L", "", "l_", "Basis", "jaw", "A01_"]
)
def test_other_name_is_not_matched(name: str) -> None:
    assert match(ARKIT, [name]).found == {}


@pytest.mark.parametrize(
    "name",
    ["mouthSmileLeft.001", "Mouth_Smile_L.012", "mouth smile.L.001", "A38_Mouth_Smile_Left.001"],
)
def test_number_that_blender_added_is_ignored(name: str) -> None:
    assert match(ARKIT, [name]).found == {"mouthSmileLeft": name}


def test_plain_name_is_chosen_before_a_numbered_one() -> None:
    numbered = [f"{name}.001" for name in ARKIT_52]
    found = match(ARKIT, [*numbered, "Jaw_Open", "tongueOut"])
    assert found.found["jawOpen"] == "Jaw_Open"
    assert found.found["tongueOut"] == "tongueOut"
    assert found.found["mouthClose"] == "mouthClose.001"
    assert set(found.passed_over) == {"jawOpen.001", "tongueOut.001"}


def test_sides_and_directions_are_told_apart() -> None:
    found = match(ARKIT, ["Jaw_L", "Jaw_R", "Mouth.L", "eyeLookIn_R"]).found
    assert found == {
        "jawLeft": "Jaw_L",
        "jawRight": "Jaw_R",
        "mouthLeft": "Mouth.L",
        "eyeLookInRight": "eyeLookIn_R",
    }


@pytest.mark.parametrize(
    ("sharing", "others", "is_prefix"),
    [(2, 1, False), (3, 0, True), (3, 3, True), (3, 4, False)],
)
def test_prefix_counts_from_three_names_and_half_of_all(
    sharing: int, others: int, is_prefix: bool
) -> None:
    words = ["jawOpen", "one", "two", "three", "four", "five", "six"]
    names = [f"hero_{word}" for word in words[:sharing]] + words[sharing : sharing + others]
    assert bool(match(ARKIT, names).found) == is_prefix


def test_shared_prefix_is_ignored() -> None:
    names = [f"hero face-{name}" for name in ARKIT_52] + ["Basis"]
    assert rank(names)[0].found == dict(zip(ARKIT_52, names, strict=False))


def test_exact_spelling_wins_then_least_change_then_first() -> None:
    names = ["jaw_open", "JawOpen", "jawOpen", "A52_Tongue_Out", "Tongue_Out", "tongueout"]
    found = match(ARKIT, names)
    assert found.found == {"jawOpen": "jawOpen", "tongueOut": "Tongue_Out"}
    assert found.passed_over == ("jaw_open", "JawOpen", "tongueout", "A52_Tongue_Out")


def test_names_of_one_style_are_chosen_together() -> None:
    """Character Creator 3+ has its older shapes beside the numbered set of ARKit."""
    older = ["Mouth_Smile_L", "Mouth_Smile_R", "Eye_Blink_L", "Jaw_Open"]
    numbered = character_creator()
    assert list(match(ARKIT, older + numbered).found.values()) == numbered


def test_split_shape_key_matches_both_sides() -> None:
    names = ["browInnerUp_L", "browInnerUp_R", "cheekPuff", "cheekPuff_L"]
    found = match(ARKIT, names)
    assert found.found == {
        "browInnerUpLeft": "browInnerUp_L",
        "browInnerUpRight": "browInnerUp_R",
        "cheekPuff": "cheekPuff",
    }
    assert "browInnerUp" not in found.missing
    assert "cheekPuffRight" not in found.missing


def character_creator() -> list[str]:
    """Names as in A01_Brow_Inner_Up."""
    words = [re.sub(r"(?<!^)([A-Z])", r"_\1", name[0].upper() + name[1:]) for name in ARKIT_52]
    return [f"A{number:02d}_{name}" for number, name in enumerate(words, 1)]


def split(words: str, prefix: str = "") -> list[str]:
    """Words with a prefix each."""
    return [prefix + word for word in words.split()]


CC3_LIPS = split("Open Explosive Dental_Lip Tight-O Tight Wide Affricate Lip_Open")
CC4_LIPS = split("Open Explosive Dental_Lip Tight_O Tight Wide Affricate Lip_Open", "V_")
OVR = split("sil PP FF TH DD kk CH SS nn RR aa E I O U", "viseme_")
VRCHAT = split("sil pp ff th dd kk ch ss nn rr aa e ih oh ou", "vrc.v_")
DAZ = "AA EE EH ER F IH IY K L M OW S SH T TH UW W"
SRANIPAL = split(
    """Jaw_Right Jaw_Left Jaw_Forward Jaw_Open Mouth_Ape_Shape Mouth_Upper_Right
Mouth_Upper_Left Mouth_Lower_Right Mouth_Lower_Left Mouth_Upper_Overturn Mouth_Lower_Overturn
Mouth_Pout Mouth_Smile_Right Mouth_Smile_Left Mouth_Sad_Right Mouth_Sad_Left Cheek_Puff_Right
Cheek_Puff_Left Mouth_Upper_UpRight Mouth_Upper_UpLeft Mouth_Lower_DownRight
Mouth_Lower_DownLeft Mouth_Upper_Inside Mouth_Lower_Inside Mouth_Lower_Overlay
Tongue_LongStep1"""
)
UNIFIED = split(
    """EyeClosedLeft EyeClosedRight BrowPinchLeft BrowLowererLeft BrowInnerUpLeft
BrowInnerUpRight JawOpen JawLeft MouthClosed LipSuckUpperLeft LipSuckLowerLeft LipSuckLowerRight
LipFunnelUpperLeft LipFunnelUpperRight LipFunnelLowerLeft LipFunnelLowerRight LipPuckerUpperLeft
LipPuckerUpperRight LipPuckerLowerLeft LipPuckerLowerRight MouthUpperUpLeft MouthUpperUpRight
MouthLowerDownLeft MouthLowerDownRight MouthCornerPullLeft MouthCornerPullRight
MouthCornerSlantLeft MouthFrownLeft MouthStretchLeft MouthStretchRight MouthPressLeft
MouthPressRight MouthRaiserLower TongueOut"""
)
METAHUMAN = """eye_blink_L jaw_open mouth_cornerPull_left mouth_cornerPull_right mouth_funnel_DL
mouth_funnel_DR mouth_funnel_UL mouth_funnel_UR mouth_lipsPurse_DL mouth_lipsPurse_DR
mouth_upperLipRaise_left mouth_lowerLipDepress_left mouth_stretch_left mouth_stretch_right
brow_raiseIn_L brow_down_L"""


@pytest.mark.parametrize(
    ("names", "expected", "count"),
    [
        (character_creator(), "arkit", 52),
        ([*ARKIT_52, *OVR, "mouthOpen", "mouthSmile"], "arkit", 52),
        (VRCHAT, "oculus", 15),
        ([*CC4_LIPS, "Eye_Blink_L", "Eye_Blink_R"], "cc4", 8),
        (CC3_LIPS, "cc3", 8),
        (split(METAHUMAN, "head_lod0_mesh__"), "metahuman", 16),
        ([f"Face.M_F00_000_00_Fcl_MTH_{v}" for v in "AIUEO"], "vroid", 5),
        (list("AIUEO"), "vowels", 5),
        (list("あいうえお"), "mmd", 5),
        ([*"あいうえおん", "まばたき", "ｳｨﾝｸ２右", "困る", "真面目", "口角上げ"], "mmd", 9),
        (
            [f"{name}.001" for name in OVR],
            "oculus",
            15,
        ),
        (SRANIPAL, "sranipal", len(SRANIPAL)),
        (UNIFIED, "unified_expressions", len(UNIFIED)),
        (["aa", "ih", "ou", "ee", "oh", "blinkLeft", "blinkRight"], "vrm1", 7),
        (list("ABCDEFGHX"), "rhubarb", 9),
        ([f"mouth {letter}" for letter in "ABCDEF"], "rhubarb", 6),
        (["AI", "E", "O", "U", "etc", "L", "WQ", "MBP", "FV", "rest"], "preston_blair", 10),
        (split(DAZ, "eCTRLv"), "daz_visemes", 17),
        (split(DAZ, "facs_ctrl_v"), "daz_visemes", 17),
        (["jawOpen"], "arkit", 1),
    ],
)
def test_best_preset_for_names_of_a_rig(names: list[str], expected: str, count: int) -> None:
    best = rank(names)[0]
    assert best.preset.id == expected
    assert len(best.found) == count


@pytest.mark.parametrize(
    "names", [["Basis"], [], ["A", "B"], ["Open", "Wide"], ["O"], ["Smirk", "Frown"]]
)
def test_few_short_names_are_no_rig(names: list[str]) -> None:
    assert rank(names) == ()


def output(
    name: str, *aliases: str, need: str = "essential", unless: tuple[str, ...] = ()
) -> Output:
    return Output(name, aliases, {"jawOpen": 1.0}, need, unless)


def rig(*outputs: Output) -> Preset:
    return Preset("x", "X", "channels", outputs)


def test_no_control_is_chosen_twice() -> None:
    first, second = output("jaw", "mouth"), output("chin", "mouth")
    assert match(rig(first, second), ["mouth"]).found == {"jaw": "mouth"}
    found = match(rig(output("jaw"), output("chin", "jaw")), ["Jaw", "jaw"]).found
    assert found == {"jaw": "jaw", "chin": "Jaw"}


def test_missing_lists_only_expected_controls() -> None:
    preset = rig(
        output("jaw"),
        output("brow", need="optional"),
        output("ear", need="extra"),
        output("lid"),
        output("left lid", unless=("lid",)),
        output("right lid", unless=("both lids", "lid")),
    )
    assert match(preset, []).missing == ("jaw", "brow", "lid", "left lid", "right lid")
    assert match(preset, ["lid"]).missing == ("jaw", "brow")
    assert match(preset, ["lid", "left lid"]).found == {"lid": "lid"}
    assert match(preset, ["lid", "jaw"]).score == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("names", "score"),
    [
        ("jaw chin brow lid", 1.0),
        ("jaw chin", 0.9),
        ("jaw brow", 0.5),
        ("brow lid", 0.1),
        ("", 0.0),
    ],
)
def test_score_weighs_essential_controls_nine_tenths(names: str, score: float) -> None:
    optional = [output(name, need="optional") for name in ("brow", "lid")]
    preset = rig(output("jaw"), output("chin"), *optional)
    assert match(preset, names.split()).score == pytest.approx(score)


def test_face_without_essential_controls_needs_a_preset_without_minimum() -> None:
    assert rank(["tongueOut"])[0].preset.id == "arkit"
    assert "cc4" not in [fit.preset.id for fit in rank(["V_Tongue_Out", "V_Tongue_up"])]
    assert rank(list("AIUE"))[0].preset.id == "vowels"
    assert rank(list("AIU")) == ()
