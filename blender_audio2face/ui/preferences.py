"""The preferences in Blender's window: what the network runs on, and a look for GPUs."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ...model.errors import A2FError
from ..scene.preferred_runtime import ADDON, RUNTIMES, addon_preferences, preferred_runtime
from ..scene.properties import BLEND_RELATIVE
from .panels.common import draw_lines

_DEVICES = (
    ("auto", "Best", "The fastest device that PyTorch finds"),
    ("cpu", "CPU", "The processor, never a GPU"),
    ("cuda", "CUDA or ROCm", "A GPU by NVIDIA, or by AMD on Linux"),
    ("mps", "Metal", "The GPU of a Mac with Apple silicon"),
    ("xpu", "XPU", "A GPU by Intel"),
)


def _forget_devices(preferences: "Audio2FacePreferences", _context) -> None:
    preferences.devices = ""


def _on_folder_change(preferences: "Audio2FacePreferences", context) -> None:
    """Makes the folder absolute: code is loaded from it, and // differs from file to file."""
    _forget_devices(preferences, context)
    absolute = bpy.path.abspath(preferences.torch_folder)
    if absolute != preferences.torch_folder:
        preferences.torch_folder = absolute


class Audio2FacePreferences(bpy.types.AddonPreferences):
    bl_idname = ADDON

    runtime: EnumProperty(name="Runtime", description="What runs the network", items=RUNTIMES)
    device: EnumProperty(name="Device", description="What PyTorch runs on", items=_DEVICES)
    torch_folder: StringProperty(
        name="PyTorch Folder",
        description="Where PyTorch is if this build does not contain it: a virtual environment, "
        "or its site-packages, made with Blender's version of Python",
        subtype="DIR_PATH",
        options=BLEND_RELATIVE,
        update=_on_folder_change,
    )
    devices: StringProperty(options={"HIDDEN", "SKIP_SAVE"})

    def draw(self, context) -> None:
        column = self.layout.column()
        column.use_property_split = True
        column.prop(self, "runtime")
        on_torch = column.column()
        on_torch.active = self.runtime != "numpy"
        on_torch.prop(self, "device")
        on_torch.prop(self, "torch_folder")
        column.operator(AUDIO2FACE_OT_find_devices.bl_idname, icon="VIEWZOOM")
        draw_lines(column, context, self.devices.splitlines())


class AUDIO2FACE_OT_find_devices(bpy.types.Operator):
    """Load PyTorch, which takes seconds, and try each device that it finds"""

    bl_idname = "audio2face.find_devices"
    bl_label = "Look for GPUs"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, context) -> bool:
        return addon_preferences(context) is not None

    def execute(self, context) -> set[str]:
        from ...model.torch_package import find_devices, import_torch

        preferences = addon_preferences(context)
        try:
            torch = import_torch(preferred_runtime(context).torch_folder)
        except A2FError as error:
            preferences.devices = str(error)
            self.report({"WARNING"}, str(error))
            return {"FINISHED"}
        lines = [f"PyTorch {torch.__version__} in {Path(torch.__file__).parent}"]
        lines += find_devices(torch)
        preferences.devices = "\n".join(lines)
        return {"FINISHED"}


CLASSES = (AUDIO2FACE_OT_find_devices, Audio2FacePreferences)
