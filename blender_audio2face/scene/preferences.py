"""What the add-on's preferences say about running the network."""

from pathlib import Path

from ...model.runtime_choice import RuntimeChoice

ROOT_PACKAGE = __package__.partition(".blender_audio2face")[0]
"""The add-on's module, whose preferences these are."""

RUNTIMES = (
    ("auto", "Automatic", "PyTorch for long sounds where there is a GPU, NumPy otherwise"),
    ("numpy", "NumPy", "Runs in every Blender, on the CPU"),
    ("torch", "PyTorch", "GPU or CPU; needs a build that contains PyTorch, or a folder with it"),
)
"""Items of an EnumProperty."""


def preferred_runtime(context) -> RuntimeChoice:
    """The preferred runtime; the default where the add-on was registered from a script."""
    preferences = addon_preferences(context)
    if preferences is None:
        return RuntimeChoice()
    folder = preferences.torch_folder.strip()
    return RuntimeChoice(
        preferences.runtime,
        preferences.device,
        Path(folder) if folder else None,
    )


def addon_preferences(context):
    """The Audio2FacePreferences; None where the add-on was registered from a script."""
    addon = context.preferences.addons.get(ROOT_PACKAGE)
    return addon.preferences if addon is not None else None
