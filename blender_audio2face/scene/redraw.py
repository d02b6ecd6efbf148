"""Progress of a bake where the artist sees it: the status bar and the panels."""

from collections.abc import Sequence

import bpy

_SHOWING = ("VIEW_3D", "SEQUENCE_EDITOR")


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
    """Draws the panels anew, in all windows where none are given."""
    for window in bpy.context.window_manager.windows if windows is None else windows:
        for area in window.screen.areas:
            if area.type in _SHOWING:
                for region in area.regions:
                    if region.type == "UI":  # the view itself may take long to draw
                        region.tag_redraw()


def _spelled(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
