"""Runs in Blender: its window as a person uses it, and a timer that plays a walkthrough."""

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from pathlib import Path

import bpy

TAB = "Audio2Face"


class Window:
    """Blender's window as a person uses it; ``clicks`` counts what a person would have clicked."""

    def __init__(self) -> None:
        self.clicks = 0

    def area(self, kind: str = "VIEW_3D") -> bpy.types.Area:
        """The first area of a kind."""
        screen = bpy.context.window_manager.windows[0].screen
        return next(area for area in screen.areas if area.type == kind)

    def override(self, kind: str = "VIEW_3D"):
        """A context manager in which operators run in that area."""
        area = self.area(kind)
        window = bpy.context.window_manager.windows[0]
        return bpy.context.temp_override(
            window=window,
            screen=window.screen,
            area=area,
            region=next(part for part in area.regions if part.type == "WINDOW"),
        )

    def press(self, operator: str, **options: object) -> None:
        """One click on a button."""
        self.clicks += 1
        folder, name = operator.split(".")
        with self.override():
            result = getattr(getattr(bpy.ops, folder), name)("INVOKE_DEFAULT", **options)
        print(f"click {self.clicks}: {operator} {options or ''} {sorted(result)}", flush=True)

    def choose_file(self, operator: str, path: Path) -> None:
        """A button, then a double click on the file that its browser shows."""
        self.clicks += 2
        with self.override():
            getattr(bpy.ops.audio2face, operator)("EXEC_DEFAULT", filepath=str(path))
        print(f"click {self.clicks}: {path.name}", flush=True)

    def select(self, obj: bpy.types.Object) -> None:
        """One click on an object."""
        self.clicks += 1
        for other in bpy.context.view_layer.objects:
            other.select_set(other == obj)
        bpy.context.view_layer.objects.active = obj
        print(f"click {self.clicks}: {obj.name}", flush=True)

    def bake(self) -> Iterator[float]:
        """One click on the bake button, and the time until the bake has ended."""
        self.press("audio2face.bake")
        window = bpy.context.window_manager.windows[0]
        yield 0.2
        while any(modal.bl_idname.startswith("AUDIO2FACE") for modal in window.modal_operators):
            yield 0.1

    def open_tab(self, kind: str = "VIEW_3D") -> Iterator[float]:
        """One click on the sidebar's tab (N opens the sidebar)."""
        self.clicks += 1
        area = self.area(kind)
        area.spaces.active.show_region_ui = True
        sidebar = next(region for region in area.regions if region.type == "UI")
        while sidebar.active_panel_category != TAB:
            yield 0.2  # it has no tabs before it is drawn
            if sidebar.active_panel_category != "UNSUPPORTED":
                sidebar.active_panel_category = TAB

    def look(self, centre: tuple[float, float, float], distance: float) -> None:
        """Looks at ``centre`` from the front."""
        space = self.area().spaces.active
        view = space.region_3d
        view.view_perspective = "PERSP"
        view.view_rotation = (0.7071, 0.7071, 0.0, 0.0)
        view.view_location = centre
        view.view_distance = distance
        space.overlay.show_outline_selected = False

    def show_sequencer(self, share: float) -> None:
        """Gives the lower part of the 3D view to the sequencer."""
        with self.override():
            bpy.ops.screen.area_split(direction="HORIZONTAL", factor=share)
        window = bpy.context.window_manager.windows[0]
        views = [area for area in window.screen.areas if area.type == "VIEW_3D"]
        lower = min(views, key=lambda area: area.y)
        lower.type = "SEQUENCE_EDITOR"
        if bpy.app.version >= (5, 0, 0):
            bpy.context.workspace.sequencer_scene = bpy.context.scene

    def show_all_strips(self) -> None:
        """Zooms the sequencer to its strips."""
        with self.override("SEQUENCE_EDITOR"):
            bpy.ops.sequencer.view_all()


def play(walkthrough: Iterator[float], finish: Callable[[object], None]) -> None:
    """Advance a generator from a timer: where it yields, Blender goes on for so many seconds.

    `finish` gets what it returns. An exception ends Blender with exit code 1.
    """

    def advance() -> float | None:
        try:
            return next(walkthrough)
        except StopIteration as end:
            finish(end.value)
            return None
        except Exception:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    bpy.app.timers.register(advance, first_interval=2.0, persistent=True)
