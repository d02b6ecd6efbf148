"""Redraws our sidebars, and shows a job's progress there and in the status bar."""

from collections.abc import Sequence

import bpy

TAB = "Audio2Face"
"""The sidebar tab of our panels."""

_WITH_SIDEBAR = ("VIEW_3D", "SEQUENCE_EDITOR")


def show_progress(context, bake) -> None:
    """Shows a job's progress."""
    left = bake.seconds_left
    ends = "" if left is None else f"   {_spelled(left)} left"
    _set_status(context, f"Audio2Face: {bake.progress:.0%}{ends}   Esc: cancel")


def clear_progress(context) -> None:
    """Takes the progress out of the status bar."""
    _set_status(context, None)


def progress_text(bake) -> str:
    """Text of a progress bar, such as "40%, 12 s left"."""
    left = bake.seconds_left
    return f"{bake.progress:.0%}" if left is None else f"{bake.progress:.0%}, {_spelled(left)} left"


def _set_status(context, text: str | None) -> None:
    for workspace in bpy.data.workspaces:
        workspace.status_text_set(text)
    redraw_sidebars(context.window_manager.windows)


def redraw_sidebars(windows: Sequence | None = None) -> None:
    """Has the sidebars that show our tab drawn again, in all windows where none are given."""
    for window in bpy.context.window_manager.windows if windows is None else windows:
        for area in window.screen.areas:
            for region in _our_regions(area):
                region.tag_redraw()


def redraw_views() -> None:
    """Has the 3D views of all windows drawn again."""
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                for region in area.regions:
                    if region.type == "WINDOW":
                        region.tag_redraw()


def shows_our_tab(area: bpy.types.Area) -> bool:
    """Whether an area's sidebar is open at our tab."""
    return bool(_our_regions(area))


def _our_regions(area: bpy.types.Area) -> list[bpy.types.Region]:
    """Only sidebars: the view itself may take long to draw."""
    if area.type not in _WITH_SIDEBAR:
        return []
    return [
        region
        for region in area.regions
        if region.type == "UI" and region.width > 1 and _tab_of(region) == TAB
    ]


def _tab_of(region: bpy.types.Region) -> str:
    return getattr(region, "active_panel_category", TAB)  # not in every release


def _spelled(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
