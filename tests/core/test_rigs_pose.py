"""Two recorded poses, as links."""

import math

import pytest
from a2f.blender_audio2face.core.rigs.mapping import Link, Target
from a2f.blender_audio2face.core.rigs.pose import links_between


def quaternion(bone: str, *values: float) -> dict[tuple[str, str, int], float]:
    return {(bone, "rotation_quaternion", i): value for i, value in enumerate(values)}


def test_only_what_moves_is_linked() -> None:
    rest = {("jaw", "location", 0): 0.0, ("jaw", "location", 1): 0.5, ("jaw", "scale", 0): 1.0}
    extreme = {("jaw", "location", 0): 0.0, ("jaw", "location", 1): 0.2, ("jaw", "scale", 0): 1.5}
    assert links_between("jawOpen", rest, extreme) == (
        Link("jawOpen", Target("bone", "jaw", "location", 1, 0.5, 0.2)),
        Link("jawOpen", Target("bone", "jaw", "scale", 0, 1.0, 1.5)),
    )


def test_a_quaternion_goes_the_short_way() -> None:
    turn = math.radians(40)
    rest = quaternion("jaw", 1.0, 0.0, 0.0, 0.0)
    extreme = quaternion("jaw", -math.cos(turn / 2), -math.sin(turn / 2), 0.0, 0.0)
    links = links_between("jawOpen", rest, extreme)
    ends = {link.target.component: link.target.extreme for link in links}
    assert ends == pytest.approx({0: math.cos(turn / 2), 1: math.sin(turn / 2)})


def test_a_quaternion_on_the_same_side_and_what_else_the_bone_does_stay_as_recorded() -> None:
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


def test_half_a_turn_goes_the_way_it_was_recorded() -> None:
    rest, extreme = quaternion("jaw", 1.0, 0.0, 0.0, 0.0), quaternion("jaw", 0.0, 0.0, 1.0, 0.0)
    ends = {one.target.component: one.target.extreme for one in links_between("x", rest, extreme)}
    assert ends == {0: 0.0, 2: 1.0}


def test_the_short_way_is_that_of_the_components_both_poses_have() -> None:
    rest = quaternion("jaw", 0.6, 0.8)
    for recorded in (0.7, -0.7):
        links = links_between("x", rest, quaternion("jaw", recorded))
        assert [one.target.extreme for one in links] == [0.7]


def test_a_channel_of_one_pose_alone_is_left_out() -> None:
    assert links_between("jawOpen", {("jaw", "location", 0): 0.0}, {}) == ()
    assert links_between("jawOpen", {}, {("jaw", "location", 0): 1.0}) == ()
    rest = {("jaw", "location", axis): -0.5 for axis in range(3)}
    extreme = {("jaw", "location", 1): 0.5, ("jaw", "location", 2): -0.5}
    assert [one.target.component for one in links_between("jawOpen", rest, extreme)] == [1]
