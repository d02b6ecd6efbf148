"""Names that riggers write, paired with the channels."""

import pytest
from a2f.blender_audio2face.mapping import match_names

from model.channels import ARKIT_52


def test_exact_names_pair_in_channel_order() -> None:
    mapping = match_names(ARKIT_52, reversed(ARKIT_52))
    assert mapping.pairs == tuple((name, name) for name in ARKIT_52)
    assert mapping.missing == mapping.passed_over == ()


@pytest.mark.parametrize(
    "name",
    [
        "MouthSmileLeft",
        "mouth_smile_left",
        "mouth smile left",
        "MOUTH_SMILE_LEFT",
        "MOUTHSMILELEFT",
        "mouthSmile_L",
        "MouthSmile.L",
        "mouthSmileL",
        "mouth-smile-l",
        "_mouthSmileLeft",
    ],
)
def test_spellings_of_one_name(name: str) -> None:
    assert match_names(ARKIT_52, [name]).pairs == (("mouthSmileLeft", name),)


@pytest.mark.parametrize(
    "name",
    ["mouthSmile", "mouthSmileLeft.001", "smileLeft", "L", "", "l_", "Basis", "jaw", "mouthsmilel"],
)
def test_other_names_match_nothing(name: str) -> None:
    mapping = match_names(ARKIT_52, [name])
    assert mapping.pairs == ()
    assert mapping.missing == ARKIT_52


def test_sides_are_not_confused_with_directions() -> None:
    mapping = match_names(ARKIT_52, ["Jaw_L", "Jaw_R", "Mouth.L", "eyeLookIn_R"])
    assert dict(mapping.pairs) == {
        "jawLeft": "Jaw_L",
        "jawRight": "Jaw_R",
        "mouthLeft": "Mouth.L",
        "eyeLookInRight": "eyeLookIn_R",
    }


def test_exact_spelling_wins_then_the_first() -> None:
    keys = ["jaw_open", "JawOpen", "jawOpen", "Tongue_Out", "tongueout"]
    mapping = match_names(ARKIT_52, keys)
    assert dict(mapping.pairs) == {"jawOpen": "jawOpen", "tongueOut": "Tongue_Out"}
    assert mapping.passed_over == ("jaw_open", "JawOpen", "tongueout")


def test_no_two_channels_answer_to_one_name() -> None:
    lower = [name.lower() for name in ARKIT_52]
    assert [channel for channel, _ in match_names(ARKIT_52, lower).pairs] == list(ARKIT_52)
