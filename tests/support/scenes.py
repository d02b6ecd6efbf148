"""Small scenes for the tests: a face of one vertex, sounds, strips under every release's names."""

import wave
from pathlib import Path

import bpy
import numpy as np
import pytest

from model.optional import optional_import

HAS_SOUND = bpy.app.build_options.audaspace
HAS_AUD = optional_import("aud") is not None
needs_sound = pytest.mark.skipif(not HAS_SOUND, reason="this bpy is built without sound")

_RENAMED = {
    "content_start": "frame_start",
    "content_trim_start": "animation_offset_start",
    "left_handle": "frame_final_start",
    "right_handle": "frame_final_end",
}


def make_face(
    name: str, shape_keys: tuple[str, ...], *, select: bool = True, flat: bool = False
) -> bpy.types.Object:
    """A mesh object with a Basis and the named shape keys, selected and active; flat ones move
    nothing."""
    mesh = bpy.data.meshes.new(name)
    mesh.from_pydata([(0, 0, 0)], [], [])
    face = bpy.data.objects.new(name, mesh)
    bpy.context.scene.collection.objects.link(face)
    if shape_keys:
        face.shape_key_add(name="Basis")
    for key_name in shape_keys:
        key = face.shape_key_add(name=key_name)
        key.data[0].co.z = 0.0 if flat else 1.0
        key.value = 0.0  # from 5.0 on Blender begins with 1
    face.select_set(select)
    if select:
        bpy.context.view_layer.objects.active = face
    return face


def make_armature(
    *bones: str, tail: tuple[float, float, float] = (0, 0, 1), roll: float = 0.0
) -> bpy.types.Object:
    """An armature "Rig" with bones at the origin, active and the last to be selected."""
    armature = bpy.data.objects.new("Rig", bpy.data.armatures.new("Rig"))
    bpy.context.scene.collection.objects.link(armature)
    bpy.context.view_layer.objects.active = armature
    armature.select_set(True)
    bpy.ops.object.mode_set(mode="EDIT")
    for name in bones:
        bone = armature.data.edit_bones.new(name)
        bone.tail, bone.roll = tail, roll
    bpy.ops.object.mode_set(mode="OBJECT")
    return armature


def write_wav(path: Path, samples: np.ndarray, rate: int) -> Path:
    """A mono 16-bit WAV of samples in -1..1."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def read_wav(path: Path) -> tuple[np.ndarray, int]:
    """Samples [N, channels] of a 16-bit WAV, and its rate."""
    with wave.open(str(path), "rb") as file:
        assert file.getsampwidth() == 2
        data = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768.0
        return data.reshape(-1, file.getnchannels()), file.getframerate()


def tone(seconds: float, rate: int = 16000) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * 220 * np.arange(round(seconds * rate)) / rate)


def add_sound(path: Path, frame: int = 1, channel: int = 1, name: str = "speech"):
    """A sound strip, made active."""
    editor = bpy.context.scene.sequence_editor_create()
    strips = editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences
    strip = strips.new_sound(name, str(path), channel, frame)
    editor.active_strip = strip
    return strip


def set_timing(strip, **values: float) -> None:
    """Sets timing properties by their names of Blender 5.1."""
    for name, value in values.items():
        setattr(strip, _timing_name(name), value)


def timing(strip, name: str) -> float:
    """A timing property by its name of Blender 5.1."""
    return getattr(strip, _timing_name(name))


def _timing_name(name: str) -> str:
    return name if bpy.app.version >= (5, 1, 0) else _RENAMED.get(name, name)


def fcurves(action) -> list:
    """Every F-curve of an Action."""
    if bpy.app.version < (4, 4, 0):
        return list(action.fcurves)
    return [
        curve
        for layer in action.layers
        for strip in layer.strips
        for bag in strip.channelbags
        for curve in bag.fcurves
    ]


def keys_of(action, shape_key: str) -> list[tuple[float, float]]:
    """(frame, value) of each key on a shape key."""
    path = f'key_blocks["{shape_key}"].value'
    curves = [curve for curve in fcurves(action) if curve.data_path == path]
    return [tuple(point.co) for curve in curves for point in curve.keyframe_points]


def saved_jaw_keys(path: Path, face: str = "Head") -> list[tuple[float, float]]:
    """(frame, value) of each key on a face's jawOpen in a .blend, which is opened."""
    bpy.ops.wm.open_mainfile(filepath=str(path))
    animation = bpy.data.objects[face].data.shape_keys.animation_data
    has_action = animation is not None and animation.action is not None
    return keys_of(animation.action, "jawOpen") if has_action else []
