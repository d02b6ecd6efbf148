"""Has Blender draw what real time changes, and nothing else."""

import bpy

_TAB = "Audio2Face"
_WITH_PANELS = ("VIEW_3D", "SEQUENCE_EDITOR")


def redraw_views() -> None:
    """Draws the 3D views."""
    for area in _areas():
        if area.type == "VIEW_3D":
            for region in area.regions:
                if region.type == "WINDOW":
                    region.tag_redraw()


def redraw_sidebars() -> None:
    """Draws the sidebars that show the add-on's tab."""
    for area in _areas():
        if area.type in _WITH_PANELS:
            for region in area.regions:
                if region.type == "UI" and _shows_tab(region):
                    region.tag_redraw()


def _areas() -> list:
    return [
        area
        for manager in bpy.data.window_managers
        for window in manager.windows
        for area in window.screen.areas
    ]


def _shows_tab(region) -> bool:
    return getattr(region, "active_panel_category", _TAB) == _TAB
