"""Nods on a bone of any orientation and rotation mode turn the head the way they say."""

import importlib
import math

import bpy
import numpy as np
import pytest
from mathutils import Quaternion, Vector

from tests.support.scenes import make_armature


@pytest.fixture
def head_bone(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.scene.pose_recording")


@pytest.fixture
def rigs(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.core.rigs.mapping")


@pytest.mark.parametrize(
    ("output", "before", "after"),
    [
        ("headPitch", (0, -1, 0), (0, -math.cos(0.15), -math.sin(0.15))),
        ("headYaw", (0, -1, 0), (math.sin(0.15), -math.cos(0.15), 0)),
        ("headRoll", (0, 0, 1), (math.sin(0.15), 0, math.cos(0.15))),
    ],
)
@pytest.mark.parametrize("mode", ["QUATERNION", "XYZ", "YZX"])
@pytest.mark.parametrize(
    ("tail", "roll"),
    [((0, 0, 1), 0.0), ((0, 0, 1), 1.2), ((0.1, -0.3, 1), -0.7), ((0, -1, 0), 0.4)],
)
@pytest.mark.parametrize("posed", [False, True])
def test_head_turns_as_its_channel_says(
    head_bone, rigs, output: str, before, after, mode: str, tail, roll: float, posed: bool
) -> None:
    armature = make_armature("head", tail=tail, roll=roll)
    bone = armature.pose.bones["head"]
    bone.rotation_mode = mode
    if posed:
        tilt = Quaternion((1, 0, 0), 0.2)
        if mode == "QUATERNION":
            bone.rotation_quaternion = tilt
        else:
            bone.rotation_euler = tilt.to_euler(mode)
    bpy.context.view_layer.update()
    rest = bone.matrix.to_quaternion()
    links = head_bone.head_links(armature, "head")
    values = {}
    for link in links:
        share = np.array([[0.15 if link.output == output else 0.0]], np.float32)
        (column,) = rigs.drive((link.output,), share, None, [link])
        base, total = values.get(link.target.component, (link.target.rest, 0.0))
        values[link.target.component] = (base, total + float(column[0]) - link.target.rest)
    path = links[0].target.path
    for component, (base, added) in values.items():
        getattr(bone, path)[component] = base + added
    bpy.context.view_layer.update()
    turned = (bone.matrix.to_quaternion() @ rest.inverted()) @ Vector(before)
    assert list(turned) == pytest.approx(after, abs=0.02)


def test_head_bone_is_found_by_name(head_bone) -> None:
    rig = make_armature("spine", "CC_Base_Head", "head_end", "DEF-spine.006")
    assert head_bone.find_head_bone(rig) == "CC_Base_Head"
    assert head_bone.find_head_bone(make_armature("spine")) is None


def test_axis_angle_rotation_is_refused(head_bone) -> None:
    armature = make_armature("head")
    armature.pose.bones["head"].rotation_mode = "AXIS_ANGLE"
    with pytest.raises(Exception, match="set its rotation mode to Quaternion"):
        head_bone.head_links(armature, "head")
