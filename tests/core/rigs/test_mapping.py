"""Links: found by name, recorded from poses, evaluated on curves, and summed by a plan."""

import math

import numpy as np
import pytest
from a2f.blender_audio2face.core.rigs.mapping import (
    Link,
    Mapping,
    Target,
    at_rest,
    automatic,
    drive,
    is_driven_by,
)
from a2f.blender_audio2face.core.rigs.pose import links_between
from a2f.blender_audio2face.core.target_plan import (
    PlannedLink,
    TargetPlan,
    columns,
    resting,
)
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


def test_viseme_rig_also_gets_arkit_s_upper_face() -> None:
    mapping = automatic([*OVR, "Eye_Blink_L", "browInnerUp", "jawOpen", "mouthPucker"])
    assert mapping.preset_id == "oculus"
    outputs = [link.output for link in mapping.links]
    assert outputs == [*OVR, "eyeBlinkLeft", "browInnerUp"]
    assert mapping.links[-2].target.name == "Eye_Blink_L"


def test_lid_with_two_controls_is_linked_once() -> None:
    mapping = automatic(
        ["A", "I", "U", "E", "O", "Blink_L", "Blink_R", "eyeBlinkLeft", "eyeWideLeft"]
    )
    assert [link.output for link in mapping.links][5:] == ["Blink_L", "Blink_R", "eyeWideLeft"]
    mapping = automatic(["A", "I", "U", "E", "O", "Blink"])
    assert [link.output for link in mapping.links][5:] == ["Blink"]


def test_unknown_names_give_no_links() -> None:
    assert automatic(["Basis", "Smirk"]) == Mapping(None, ())
    assert automatic(["jawOpen"], "oculus") == Mapping("oculus", ())
    with pytest.raises(PresetError, match="no rig preset"):
        automatic(["jawOpen"], "fox")


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
    ],
)
def test_link_transforms_its_channel(changes: dict, expected: list[float]) -> None:
    link = Link(**{"output": "jawOpen", "target": Target("shape", "x"), **changes})
    (column,) = drive(("jawOpen",), jaw(0.0, 0.5, 1.0), None, [link])
    assert column.dtype == np.float32
    np.testing.assert_allclose(column, expected, atol=1e-6)


def test_head_column_may_be_negative_or_missing() -> None:
    link = Link("headPitch", Target("bone", "head", "rotation_euler", 0, 0.1, 1.1))
    assert drive(("headPitch",), jaw(-0.05), None, [link])[0][0] == pytest.approx(0.05)
    assert drive(("jawOpen",), jaw(0.5), None, [link])[0][0] == pytest.approx(0.1)
    assert is_driven_by(("headPitch",), None, link)
    assert not is_driven_by(("jawOpen",), None, link)


def test_unknown_output_is_refused() -> None:
    with pytest.raises(MappingError, match='Output "aa" is not a channel: choose another'):
        drive(ARKIT_52, np.zeros((1, 52)), None, [Link("aa", Target("shape", "aa"))])


def test_rest_of_links_is_their_value_in_silence() -> None:
    scale = Target("bone", "jaw", "scale", 0, rest=1.0, extreme=3.0)
    links = [
        Link("viseme_sil", Target("shape", "viseme_sil")),
        Link("viseme_aa", Target("shape", "viseme_aa"), offset=0.1),
        Link("jawOpen", scale, multiplier=3.0),
        Link("viseme_sil", scale, multiplier=0.5, offset=0.25),
        Link("viseme_sil", scale, offset=0.25, high=0.1),
    ]
    assert at_rest(links) == pytest.approx([0.0, 0.1, 1.0, 1.5, 1.2])


def quaternion(bone: str, *values: float) -> dict[tuple[str, str, int], float]:
    return {(bone, "rotation_quaternion", i): value for i, value in enumerate(values)}


def test_channels_that_move_in_both_poses_are_linked() -> None:
    only_rest, only_extreme = ("jaw", "scale", 1), ("jaw", "scale", 2)
    still, moved, scaled = ("jaw", "location", 0), ("jaw", "location", 1), ("jaw", "scale", 0)
    rest = {still: 0.0, moved: 0.5, scaled: 1.0, only_rest: 0.0}
    extreme = {still: 0.0, moved: 0.2, scaled: 1.5, only_extreme: 1.0}
    assert links_between("jawOpen", rest, extreme) == (
        Link("jawOpen", Target("bone", "jaw", "location", 1, 0.5, 0.2)),
        Link("jawOpen", Target("bone", "jaw", "scale", 0, 1.0, 1.5)),
    )


def test_recorded_quaternion_turns_the_short_way() -> None:
    place = ("jaw", "location", 0)
    other = quaternion("lip", 0.8, 0.6, 0.0, 0.0)
    rest = {place: 0.1} | quaternion("jaw", 1.0, 0.0, 0.0, 0.0) | quaternion("lip", 1.0, 0, 0, 0)
    extreme = {place: 0.3} | quaternion("jaw", -0.8, 0.0, 0.6, 0.0) | other
    ends = {link.target.address: link.target.extreme for link in links_between("x", rest, extreme)}
    assert ends == {
        ("bone", "jaw", "location", 0): 0.3,
        ("bone", "jaw", "rotation_quaternion", 0): 0.8,
        ("bone", "jaw", "rotation_quaternion", 2): -0.6,
        ("bone", "lip", "rotation_quaternion", 0): 0.8,
        ("bone", "lip", "rotation_quaternion", 1): 0.6,
    }


def plan(*links: PlannedLink, preset_id: str | None = None) -> TargetPlan:
    return TargetPlan("Face", (), "OBJECT", 1, preset_id, links)


def planned(link: Link, path: str = "x", low: float = 0.0, high: float = 1.0) -> PlannedLink:
    return PlannedLink(link, path, 0, low, high)


def rows(*values: tuple[float, ...]) -> np.ndarray:
    return np.array(values, np.float32)


def test_links_of_one_control_add_up_within_its_range() -> None:
    face = plan(
        planned(Link("jawOpen", Target("shape", "x"))),
        planned(Link("mouthFunnel", Target("shape", "x"), 0.5)),
        planned(Link("jawOpen", Target("shape", "y")), "y", 0.2, 0.5),
    )
    made = columns(face, ("jawOpen", "mouthFunnel"), rows((0.0, 0.0), (0.4, 0.6), (0.9, 0.9)))
    assert made["x", 0] == pytest.approx([0.0, 0.7, 1.0])
    assert made["y", 0] == pytest.approx([0.2, 0.4, 0.5])
    assert all(column.dtype == np.float32 for column in made.values())
    assert resting(face, ("jawOpen",)) == {("x", 0): 0.0, ("y", 0): pytest.approx(0.2)}


def test_rest_of_a_bone_counts_once() -> None:
    scale = Target("bone", "lip", "scale", 0, rest=1.0, extreme=2.0)
    face = plan(
        planned(Link("jawOpen", scale), "lip", -math.inf, math.inf),
        planned(Link("mouthFunnel", scale, -0.5), "lip", -math.inf, math.inf),
    )
    names = ("jawOpen", "mouthFunnel")
    assert columns(face, names, rows((0.5, 0.4)))["lip", 0] == pytest.approx([1.3])
    assert resting(face, names) == {("lip", 0): pytest.approx(1.0)}


def test_only_outputs_of_the_curves_are_keyed() -> None:
    face = plan(
        planned(Link("jawOpen", Target("shape", "x"))),
        planned(Link("browInnerUp", Target("shape", "y")), "y"),
        planned(Link("viseme_aa", Target("shape", "z")), "z"),
        preset_id="oculus",
    )
    assert set(columns(face, ("jawOpen",), rows((0.5,)))) == {("x", 0), ("z", 0)}
