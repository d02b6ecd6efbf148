"""Progress of a bake where the artist sees it: the status bar and the panels."""

from collections.abc import Sequence

import bpy

_TAB = "Audio2Face"
_WITH_SIDEBAR = ("VIEW_3D", "SEQUENCE_EDITOR")


def show_progress(context, bake) -> None:
    """Draws a job's progress anew."""
    left = bake.seconds_left
    ends = "" if left is None else f"   {_spelled(left)} left"
    _show(context, f"Audio2Face: {bake.progress:.0%}{ends}   Esc: cancel")


def clear_progress(context) -> None:
    """Gives the status bar back."""
    _show(context, None)


def progress_text(bake) -> str:
    """What a progress bar says."""
    left = bake.seconds_left
    return f"{bake.progress:.0%}" if left is None else f"{bake.progress:.0%}, {_spelled(left)} left"


def _show(context, text: str | None) -> None:
    for workspace in bpy.data.workspaces:
        workspace.status_text_set(text)
    redraw_sidebars(context.window_manager.windows)


def redraw_sidebars(windows: Sequence | None = None) -> None:
    """Redraws the sidebars that show the add-on's tab, in all windows if none are given."""
    for area in _areas(windows):
        if area.type in _WITH_SIDEBAR:
            for region in area.regions:
                if region.type == "UI" and _shows_tab(region):  # views may take long to draw
                    region.tag_redraw()


def redraw_views() -> None:
    """Redraws the 3D views of all windows."""
    for area in _areas():
        if area.type == "VIEW_3D":
            for region in area.regions:
                if region.type == "WINDOW":
                    region.tag_redraw()


def _areas(windows: Sequence | None = None) -> list:
    if windows is None:
        windows = [one for manager in bpy.data.window_managers for one in manager.windows]
    return [area for window in windows for area in window.screen.areas]


def _shows_tab(region) -> bool:
    return getattr(region, "active_panel_category", _TAB) == _TAB


def _spelled(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
