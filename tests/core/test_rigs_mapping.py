"""Links: what is linked by itself, what a link does to curves, and what rest is."""

from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.rigs.mapping import (
    HEAD,
    Link,
    Mapping,
    Target,
    at_rest,
    automatic,
    drive,
    is_driven_by,
    known_outputs,
)
from a2f.blender_audio2face.core.rigs.preset import preset_with_id
from a2f.blender_audio2face.core.rigs.visemes import DERIVED
from a2f.blender_audio2face.errors import MappingError, PresetError

from model.channels import ARKIT_52

OVR = [f"viseme_{v}" for v in ("sil", "PP", "FF", "TH", "DD", "kk", "CH", "SS", "nn", "RR", "aa")]


def jaw(*values: float) -> np.ndarray:
    return np.array(values, np.float32)[:, None]


def test_arkit_names_are_linked_one_to_one() -> None:
    mapping = automatic(ARKIT_52)
    assert mapping.preset_id == "arkit"
    assert [(link.output, link.target) for link in mapping.links] == [
        (name, Target("shape", name)) for name in ARKIT_52
    ]


def test_visemes_are_joined_by_arkit_s_upper_face() -> None:
    mapping = automatic([*OVR, "Eye_Blink_L", "browInnerUp", "jawOpen", "mouthPucker"])
    assert mapping.preset_id == "oculus"
    outputs = [link.output for link in mapping.links]
    assert outputs == [*OVR, "eyeBlinkLeft", "browInnerUp"]
    assert mapping.links[-2].target.name == "Eye_Blink_L"


def test_a_lid_is_not_closed_twice() -> None:
    mapping = automatic(
        ["A", "I", "U", "E", "O", "Blink_L", "Blink_R", "eyeBlinkLeft", "eyeWideLeft"]
    )
    assert [link.output for link in mapping.links][5:] == ["Blink_L", "Blink_R", "eyeWideLeft"]
    mapping = automatic(["A", "I", "U", "E", "O", "Blink"])
    assert [link.output for link in mapping.links][5:] == ["Blink"]


def test_no_name_no_link() -> None:
    assert automatic(["Basis", "Smirk"]) == Mapping(None, ())
    assert automatic(["jawOpen"], "oculus") == Mapping("oculus", ())
    with pytest.raises(PresetError, match="no rig preset"):
        automatic(["jawOpen"], "fox")


def test_properties_are_linked_by_the_same_names() -> None:
    mapping = automatic(["facs_ctrl_vAA", "facs_ctrl_vM"], "daz_visemes", "property")
    assert {link.target for link in mapping.links} == {
        Target("property", "facs_ctrl_vAA"),
        Target("property", "facs_ctrl_vM"),
    }


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [0.0, 0.5, 1.0]),
        ({"multiplier": 2.0}, [0.0, 1.0, 2.0]),
        ({"multiplier": 2.0, "high": 1.5}, [0.0, 1.0, 1.5]),
        ({"offset": 0.25}, [0.25, 0.75, 1.25]),
        ({"multiplier": -1.0, "low": -0.25}, [0.0, -0.25, -0.25]),
        ({"target": Target("shape", "x", rest=0.2, extreme=-0.3)}, [0.2, -0.05, -0.3]),
        ({"target": Target("bone", "jaw", "scale", 1, rest=1.0, extreme=3.0)}, [1.0, 2.0, 3.0]),
        ({"enabled": False}, [0.0, 0.5, 1.0]),
    ],
)
def test_what_a_link_makes_of_a_channel(changes: dict, expected: list[float]) -> None:
    link = Link(**{"output": "jawOpen", "target": Target("shape", "x"), **changes})
    (column,) = drive(("jawOpen",), jaw(0.0, 0.5, 1.0), None, [link])
    assert column.dtype == np.float32
    np.testing.assert_allclose(column, expected, atol=1e-6)


def test_an_output_is_the_sum_of_its_weights() -> None:
    values = np.zeros((1, 52), np.float32)
    values[0, [ARKIT_52.index("eyeBlinkLeft"), ARKIT_52.index("eyeBlinkRight")]] = 1.0, 0.5
    links = [Link("Blink", Target("shape", "Blink"))]
    assert drive(ARKIT_52, values, preset_with_id("vrm0"), links)[0][0] == pytest.approx(0.75)


def test_curves_that_have_a_part_of_an_output_drive_it() -> None:
    blink = Link("Blink", Target("shape", "Blink"))
    assert is_driven_by(("eyeBlinkLeft",), preset_with_id("vrm0"), blink)


def test_what_is_not_said_of_a_link_leaves_the_output_as_it_is() -> None:
    link = Link("jawOpen", Target("shape", "x"))
    assert link.target.address == ("shape", "x", "", 0)
    assert link.enabled


def test_an_output_may_be_a_control_a_channel_an_angle_or_a_feature() -> None:
    assert HEAD == ("headPitch", "headYaw", "headRoll")
    assert known_outputs(None) == (*ARKIT_52, *HEAD, *DERIVED)
    oculus = preset_with_id("oculus")
    own = tuple(output.name for output in oculus.outputs)
    assert known_outputs(oculus) == (*own, *known_outputs(None))
    arkit = known_outputs(preset_with_id("arkit"))
    assert len(set(arkit)) == len(arkit)


def test_head_columns_may_be_negative_or_missing() -> None:
    link = Link("headPitch", Target("bone", "head", "rotation_euler", 0, 0.1, 1.1))
    assert drive(("headPitch",), jaw(-0.05), None, [link])[0][0] == pytest.approx(0.05)
    assert drive(("jawOpen",), jaw(0.5), None, [link])[0][0] == pytest.approx(0.1)
    assert is_driven_by(("headPitch",), None, link)
    assert not is_driven_by(("jawOpen",), None, link)


def test_an_unknown_output_is_refused() -> None:
    with pytest.raises(MappingError, match='Output "aa" is not one of any channel: choose another'):
        drive(ARKIT_52, np.zeros((1, 52)), None, [Link("aa", Target("shape", "aa"))])


def test_a_face_at_rest_rests_in_every_target() -> None:
    oculus = preset_with_id("oculus")
    links = [
        Link("viseme_sil", Target("shape", "viseme_sil")),
        Link("viseme_aa", Target("shape", "viseme_aa"), offset=0.1),
        Link("jawOpen", Target("bone", "jaw", "scale", 0, 1.0, 2.0), multiplier=3.0),
    ]
    assert at_rest(oculus, links) == pytest.approx([0.0, 0.1, 1.0])


def test_silence_rests_at_its_offset() -> None:
    scale = Target("bone", "jaw", "scale", 0, rest=1.0, extreme=3.0)
    link = Link("viseme_sil", scale, multiplier=0.5, offset=0.25)
    oculus = preset_with_id("oculus")
    assert at_rest(oculus, [link]) == pytest.approx([1.5])
    assert at_rest(oculus, [replace(link, offset=0.25, high=0.1)]) == pytest.approx([1.2])


def test_no_frames() -> None:
    links = automatic(OVR).links
    columns = drive(ARKIT_52, np.zeros((0, 52), np.float32), preset_with_id("oculus"), links)
    assert [len(column) for column in columns] == [0] * len(links)
