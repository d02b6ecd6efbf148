"""Mapping frame by frame gives the values of mapping whole curves."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.realtime.frame_mapper import FrameMapper
from a2f.blender_audio2face.core.rigs.mapping import Link, Target, automatic
from a2f.blender_audio2face.core.rigs.preset import preset_with_id
from a2f.blender_audio2face.core.target_plan import PlannedLink, TargetPlan, columns
from a2f.model.channels import ARKIT_52

HEAD = ("headPitch", "headYaw", "headRoll")


def plan_of(preset: str | None, links, low: float = 0.0, high: float = 1.0) -> TargetPlan:
    planned = [
        PlannedLink(
            link, f'key_blocks["{link.target.name}"].value', link.target.component, low, high
        )
        for link in links
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
def test_frame_has_values_of_whole_curves(plan, names) -> None:
    curves = np.random.default_rng(5).random((40, len(names)), np.float32) * 1.2
    expected = columns(plan, names, curves)
    mapper = FrameMapper([plan, plan], names)
    assert mapper.channels == (tuple(expected), tuple(expected))
    for row, values in enumerate(curves):
        first, second = mapper(values)
        assert np.array_equal(first, second)
        assert first == pytest.approx([column[row] for column in expected.values()], abs=1e-5)


def test_plan_without_driven_links_moves_nothing() -> None:
    plan = plan_of(None, [Link("tongueOut", Target("shape", "tongueOut"))])
    mapper = FrameMapper([plan], ("jawOpen",))
    assert mapper.channels == ((),)
    assert [len(values) for values in mapper(np.ones(1, np.float32))] == [0]
