"""Reads from the add-on's preferences what the network runs on."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...model.runtime import RuntimeChoice

ADDON = __package__.partition(".blender_audio2face")[0]
"""The add-on's name in Blender's preferences."""

RUNTIMES = (
    ("auto", "Automatic", "PyTorch for long sounds where there is a GPU, NumPy otherwise"),
    ("numpy", "NumPy", "Runs in every Blender, on the CPU"),
    ("torch", "PyTorch", "GPU or CPU; needs a build that contains PyTorch, or a folder with it"),
)
"""Items of an EnumProperty."""


def addon_preferences(context):
    """The add-on's preferences; None when it was registered from a script."""
    addon = context.preferences.addons.get(ADDON)
    return addon.preferences if addon is not None else None


def preferred_runtime(context) -> "RuntimeChoice":
    """The preferred runtime; the defaults when the add-on was registered from a script."""

    from ...model.runtime import RuntimeChoice

    preferences = addon_preferences(context)
    if preferences is None:
        return RuntimeChoice()
    folder = preferences.torch_folder.strip()
    return RuntimeChoice(
        preferences.runtime,
        preferences.device,
        Path(folder) if folder else None,
    )
