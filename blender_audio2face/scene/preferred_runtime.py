"""What the add-on's preferences say of how the network runs."""

from pathlib import Path

from ...model.runtime import RuntimeChoice

ADDON = __package__.partition(".blender_audio2face")[0]
"""The name by which Blender's preferences know the add-on."""


def addon_preferences(context):
    """The add-on's preferences; None when it was registered from a script."""
    addon = context.preferences.addons.get(ADDON)
    return addon.preferences if addon is not None else None


def preferred_runtime(context) -> RuntimeChoice:
    """What the preferences say; the defaults when the add-on was registered from a script."""
    preferences = addon_preferences(context)
    if preferences is None:
        return RuntimeChoice()
    folder = preferences.torch_folder.strip()
    return RuntimeChoice(
        preferences.runtime,
        preferences.device,
        Path(folder) if folder else None,
    )
