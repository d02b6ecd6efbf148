"""Two recorded poses, as links."""

import math

import pytest
from a2f.blender_audio2face.rigs.mapping import Link, Target
from a2f.blender_audio2face.rigs.pose import links_between


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


def test_a_channel_of_one_pose_alone_is_left_out() -> None:
    assert links_between("jawOpen", {("jaw", "location", 0): 0.0}, {}) == ()
    assert links_between("jawOpen", {}, {("jaw", "location", 0): 1.0}) == ()
