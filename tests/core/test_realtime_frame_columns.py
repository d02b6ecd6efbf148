"""A frame at a time gives the values that a whole take gives."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.rigs.mapping import Link, Target, automatic
from a2f.blender_audio2face.core.rigs.preset import preset_with_id
from a2f.blender_audio2face.core.target_plan import PlannedLink, TargetPlan, columns
from a2f.blender_audio2face.realtime.frame_columns import FrameColumns
from a2f.model.channels import ARKIT_52

HEAD = ("headPitch", "headYaw", "headRoll")


def plan_of(preset: str | None, links, low: float = 0.0, high: float = 1.0) -> TargetPlan:
    planned = [
        PlannedLink(one, f'key_blocks["{one.target.name}"].value', one.target.component, low, high)
        for one in links
    ]
    return TargetPlan("Face", (), "KEY", 1, preset, tuple(planned))


def rig(preset: str) -> TargetPlan:
    names = [output.name for output in preset_with_id(preset).outputs]
    return plan_of(preset, automatic(names, preset).links)


def added_up() -> TargetPlan:
    """Several links of one control, offsets, bounds, another rest, angles of the head."""
    bone = Target("bone", "jaw", "location", 2, rest=1.0, extreme=-3.0)
    links = [
        Link("jawOpen", bone, multiplier=0.7, offset=0.1),
        Link("mouthFunnel", bone, multiplier=-1.0, low=-0.2, high=0.3),
        Link("headPitch", Target("bone", "head", "rotation_euler", 0)),
        Link("tongueUp", Target("shape", "tongue")),
    ]
    return plan_of(None, links, -10.0, 10.0)


@pytest.mark.parametrize(
    "plan", [rig("arkit"), rig("oculus"), rig("vrm1"), added_up()], ids=lambda p: str(p.preset_id)
)
@pytest.mark.parametrize("names", [ARKIT_52, (*ARKIT_52, *HEAD), ARKIT_52[10:40]])
def test_a_frame_has_the_values_of_a_take(plan, names) -> None:
    takes = np.random.default_rng(5).random((40, len(names)), np.float32) * 1.2
    wanted = columns(plan, names, takes)
    frame = FrameColumns([plan, plan], names)
    for row, values in enumerate(takes):
        first, second = frame(values)
        assert first == second
        assert first.keys() == wanted.keys()
        for channel, value in first.items():
            assert value == pytest.approx(float(wanted[channel][row]), abs=1e-5)


def test_a_plan_that_the_channels_say_nothing_of_is_left_alone() -> None:
    plan = plan_of(None, [Link("tongueOut", Target("shape", "tongueOut"))])
    assert FrameColumns([plan], ("jawOpen",))(np.ones(1, np.float32)) == [{}]
