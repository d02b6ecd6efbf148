"""What the bench calls by its path inside the zip. All else goes through operators, properties and
panels, whose names do not change."""

import sys
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np

MODULE = "bl_ext.user_default.audio2face_blender"
CATEGORY = "Audio2Face"
"""The panels' tab."""


def folder(resources: Path) -> Path:
    """Where Blender unpacks the extension, below its user folder."""
    return resources / "extensions" / "user_default" / "audio2face_blender"


def enable() -> None:
    """Imports and registers the installed add-on. ``bpy`` has to be imported before."""
    import addon_utils

    if addon_utils.enable(MODULE) is None:
        raise RuntimeError("Blender did not enable the add-on: its reason is above.")


def runtime(resources: Path, name: str, device: str):
    """The network outside Blender, on "numpy" or "torch"."""
    sys.path.insert(0, str(folder(resources).parent))
    module = import_module("audio2face_blender.model.runtime")
    return module.choose_runtime(name, device=device)


def write_keys(shape_keys, frames: np.ndarray, values: np.ndarray, slopes: np.ndarray) -> None:
    """Writes the same keys on 52 shape keys as a bake does: an Action of its own.

    Args:
        shape_keys: a ``bpy.types.Key`` with the ARKit names.
        frames, values, slopes: of the keys, each [K].
    """
    write, keyframes = _part("animation.write"), _part("core.keys.keyframes")
    keys = keyframes.Keys(frames, values, slopes)
    curves = {
        keyframes.FCurvePath(block.path_from_id("value")): keys
        for block in shape_keys.key_blocks[1:53]
    }
    span = _part("core.keys.frame_ranges").FrameRange("speech", 0, int(frames[-1]) + 1)
    bakes = (_part("animation.layer").StripKeyframes((span,), curves),)
    with ExitStack() as undo:
        pending = write.write_keys(shape_keys, "A2F Head", bakes, write.ACTION, undo)
        undo.pop_all()
    pending.transaction.done()


def _part(name: str) -> ModuleType:
    return import_module(f"{MODULE}.blender_audio2face.{name}")
