"""Runs in Blender: goes a way step by step from a timer, then photographs the screen and quits.

A way is a generator; where it yields, Blender goes on by itself for so many seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import traceback
from collections.abc import Iterator
from pathlib import Path

import bpy

sys.path.insert(0, str(Path(__file__).parent))

TAB = "Audio2Face"
_SETTLE = 3.0
"""Seconds in which panels unfold and the view is drawn."""


class Window:
    """Blender's window as a person uses it; ``clicks`` counts what a person would have clicked."""

    def __init__(self) -> None:
        self.clicks = 0

    def area(self, kind: str = "VIEW_3D") -> bpy.types.Area:
        screen = bpy.context.window_manager.windows[0].screen
        return next(area for area in screen.areas if area.type == kind)

    def override(self, kind: str = "VIEW_3D", region: str = "WINDOW"):
        area = self.area(kind)
        found = next(one for one in area.regions if one.type == region)
        window = bpy.context.window_manager.windows[0]
        return bpy.context.temp_override(
            window=window, screen=window.screen, area=area, region=found
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

    def bake(self, operator: str = "bake") -> Iterator[float]:
        """One click on the bake button, and the time until the bake has ended."""
        self.press(f"audio2face.{operator}")
        window = bpy.context.window_manager.windows[0]
        yield 0.2
        while any(one.bl_idname.startswith("AUDIO2FACE") for one in window.modal_operators):
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
        """Turns the view to the front of what stands at ``centre``."""
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
        with self.override("SEQUENCE_EDITOR"):
            bpy.ops.sequencer.view_all()


def photograph(path: str, width: str, height: str) -> None:
    """Writes what the display shows of the window as a small PNG."""
    geometry = f"{width}x{height}+0+0"
    command = (
        "import",
        "-window",
        "root",
        "-crop",
        geometry,
        "+repage",
        "+dither",
        "-colors",
        "255",
    )
    subprocess.run((*command, f"PNG8:{path}"), check=True)


def main() -> None:
    from ways import WAYS

    name, path, width, height = sys.argv[sys.argv.index("--") + 1 :]
    window = Window()
    steps = WAYS[name](window)

    def drive() -> float | None:
        try:
            return next(steps)
        except StopIteration:
            print(f"{name}: {window.clicks} clicks", flush=True)
            bpy.app.timers.register(finish, first_interval=_SETTLE, persistent=True)
            return None
        except Exception:
            traceback.print_exc()
            sys.stderr.flush()
            os._exit(1)

    def finish() -> None:
        photograph(path, width, height)
        bpy.ops.wm.quit_blender()

    bpy.app.timers.register(drive, first_interval=2.0, persistent=True)


if __name__ == "__main__":
    main()
