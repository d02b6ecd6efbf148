"""What belongs to the machine rather than to a scene: how the network runs."""

import bpy
from bpy.props import EnumProperty

RUNTIMES = (
    ("auto", "Automatic", "PyTorch where it finds a GPU, NumPy elsewhere"),
    ("numpy", "NumPy", "Runs in every Blender, on the CPU"),
    ("torch", "PyTorch", "GPU or CPU; needs PyTorch installed in Blender's Python"),
)
_ROOT = __package__.rpartition(".")[0]


class Audio2FacePreferences(bpy.types.AddonPreferences):
    bl_idname = _ROOT

    runtime: EnumProperty(name="Runtime", description="What runs the network", items=RUNTIMES)

    def draw(self, _context) -> None:
        self.layout.prop(self, "runtime")


def preferred_runtime(context) -> str:
    """The runtime set in the preferences; "auto" when the add-on was registered from a script."""
    addon = context.preferences.addons.get(_ROOT)
    return addon.preferences.runtime if addon is not None else "auto"


CLASSES = (Audio2FacePreferences,)
