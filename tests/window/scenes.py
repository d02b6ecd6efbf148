"""Runs in Blender: scenes from an artist's day, and what may happen while a bake goes on."""

import importlib
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import ModuleType

import bpy

from tools.demo.window import Window

MODULE = "bl_ext.user_default.audio2face_blender"
SENTENCE = Path(__file__).parents[2] / "blender_audio2face" / "demo_head" / "sentence.flac"

Scene = Iterator[float]


def room(name: str) -> ModuleType:
    return importlib.import_module(f"{MODULE}.blender_audio2face.{name}")


def state() -> dict[str, object]:
    """What a bake may leave behind."""
    head = next((obj for obj in bpy.data.objects if obj.name.startswith("Demo Head")), None)
    keys = head and head.data.shape_keys
    animation = keys and keys.animation_data
    return {
        "actions": sorted(action.name for action in bpy.data.actions),
        "keyed": bool(animation and animation.action),
        "speakers": len(bpy.context.scene.audio2face.speakers),
        "orphans": sum(action.users == 0 for action in bpy.data.actions),
        "threads": sorted(
            thread.name for thread in threading.enumerate() if thread.name.startswith("audio2face")
        ),
        "modal": list(_modal_operators()),
    }


def bake_undo_redo(window: Window) -> Scene:
    """The panel's button; then what was keyed is one step to undo."""
    yield from _demo_head(window)
    before = state()
    yield from window.bake()
    yield 0.5
    baked = state()
    yield from _undo(window, "undo")
    undone = state()
    yield from _undo(window, "redo")
    redone = state()
    return {"before": before, "baked": baked, "undone": undone, "redone": redone}


def dials_undo_redo(window: Window) -> Scene:
    """A dial is dragged twice; its keys come later, and undo and redo bring them back too."""
    yield from _demo_head(window)
    yield from window.bake()
    yield 0.5
    heights = {"baked": _jaw_height()}
    for name, value in (("first", 0.5), ("second", 0.25)):
        for between in (0.9, 0.7, value):
            bpy.context.scene.audio2face.speakers[0].dials.jaw = between
        with window.override():
            bpy.ops.ed.undo_push(message="Jaw")
        yield from _until_keyed()
        heights[name] = _jaw_height()
    yield from _undo(window, "undo")
    yield from _until_keyed()
    heights["undone"] = _jaw_height()
    yield from _undo(window, "redo")
    yield from _until_keyed()
    heights["redone"] = _jaw_height()
    return {"heights": heights, "after": state()}


def _jaw_height() -> float:
    animation = bpy.data.objects["Demo Head"].data.shape_keys.animation_data
    api = room("animation.action_api")
    curves = api.curves_of(animation.action, api.slot_of(animation))
    jaw = next(curve for path, curve in curves.items() if '"jawOpen"' in path.path)
    return max(point.co.y for point in jaw.keyframe_points)


def _until_keyed() -> Scene:
    live = room("bake.live_update")
    yield 0.3
    while live._due or live._running:
        yield 0.05


def escape(window: Window, stage: str) -> Scene:
    """The key Esc, pressed in the window."""
    yield from _demo_head(window)
    before = state()
    yield from _bake_until(window, stage)
    for value in ("PRESS", "RELEASE"):
        _window().event_simulate(type="ESC", value=value, x=500, y=350)
    yield from _until_it_ends()
    return {"before": before, "after": state()}


def faults(window: Window, stage: str) -> Scene:
    """Something happens at a stage of a bake, one thing after another; then a bake works."""
    found = {}
    for name, happens in FAULTS.items():
        yield from _demo_head(window)
        yield from _bake_until(window, stage)
        happens(window)
        yield 0.5
        if MODULE not in bpy.context.preferences.addons:
            bpy.ops.preferences.addon_enable(module=MODULE)
        yield from _until_it_ends()
        found[name] = state()
        bpy.ops.wm.read_homefile(use_factory_startup=True)
        yield 0.5
    yield from _demo_head(window)
    yield from window.bake()
    yield 0.3
    return {"found": found, "then": state()}


def quit_while(window: Window, stage: str) -> Scene:
    """Blender is closed at a stage of a bake, or while it is live."""
    yield from _demo_head(window)
    if stage == "live":
        window.press("audio2face.live_start", file=str(SENTENCE))
        yield 1.0
    elif stage == "preview":
        window.press("audio2face.preview")
    else:
        yield from _bake_until(window, stage)
    return {"threads": state()["threads"]}


def live(window: Window) -> Scene:
    """Real time through undo, save, and another file; the face then has its own values back."""
    yield from _demo_head(window)
    with window.override():
        bpy.ops.ed.undo_push(message="To be undone")
    rest = _values()
    window.press("audio2face.live_start", file=str(SENTENCE))
    moved = False
    for _ in range(60):
        yield 0.1
        moved = moved or _values() != rest
    yield from _undo(window, "undo")
    yield 0.5
    path = Path(bpy.app.tempdir, "live.blend")
    bpy.ops.wm.save_as_mainfile(filepath=str(path))
    yield 0.5
    threads = state()["threads"]
    bpy.ops.wm.open_mainfile(filepath=str(path))
    yield 1.0
    return {"moved": moved, "threads": threads, "at_rest": _values() == rest, "after": state()}


def panels(window: Window) -> Scene:
    """Every panel is unfolded and drawn, in the 3D view and in the sequencer, after a bake."""
    drawn: set[str] = set()
    for panel in _panels():
        _unfold(panel, drawn)
    window.show_sequencer(0.45)
    yield 0.5
    yield from _demo_head(window)
    yield from window.open_tab("SEQUENCE_EDITOR")
    yield from window.bake()
    for _ in range(4):
        for area in _window().screen.areas:
            area.tag_redraw()
        yield 0.3
    names = {panel.__name__ for panel in _panels() if not hasattr(panel, "poll")}
    return {"undrawn": sorted(names - drawn), "drawn": len(drawn)}


def panel_state(window: Window) -> Scene:
    """What hides a bake shows up by itself; nothing is worked out during playback."""
    module = room("ui.panel_state")
    refreshes = []
    state_of = module._state_of
    module._state_of = lambda context: refreshes.append(None) or state_of(context)
    yield from _demo_head(window)
    bpy.data.objects["Demo Head"].show_only_shape_key = True
    yield from window.bake()
    yield 3.0
    hidden = [result.check.kind for state in module._states.values() for result in state.hidden]
    with window.override():
        bpy.ops.screen.animation_play()
    yield 0.5
    before = len(refreshes)
    yield 2.0
    during = len(refreshes) - before
    with window.override():
        bpy.ops.screen.animation_cancel()
        bpy.ops.audio2face.fix()
    yield 3.0
    left = [result.check.kind for state in module._states.values() for result in state.hidden]
    return {"hidden": hidden, "during_playback": during, "left": left}


def _panels() -> list[type]:
    return [
        panel
        for panel in bpy.types.Panel.__subclasses__()
        if getattr(panel, "bl_category", "") == "Audio2Face"
    ]


def _unfold(panel: type, drawn: set[str]) -> None:
    """Registers a panel again, unfolded; it notes that it was drawn."""
    bpy.utils.unregister_class(panel)
    draw = panel.draw

    def noted(self, context) -> None:
        draw(self, context)
        drawn.add(panel.__name__)

    panel.draw = noted
    if hasattr(panel, "bl_options"):
        panel.bl_options = set(panel.bl_options) - {"DEFAULT_CLOSED"}
    bpy.utils.register_class(panel)


def _demo_head(window: Window) -> Scene:
    """A new file with the demo head, its sentence, and the panel's tab."""
    for obj in tuple(bpy.data.objects):
        bpy.data.objects.remove(obj)
    window.area().spaces.active.shading.type = "WIREFRAME"  # drawn without a graphics card
    yield from window.open_tab()
    window.press("audio2face.add_demo_head", with_speech=True)
    with window.override():
        bpy.ops.ed.undo_push(message="Demo head")
    yield 0.3


def _bake_until(window: Window, stage: str) -> Scene:
    """Presses the button and waits for a stage: "listening" or "writing"."""
    room("ui.operators.bake")._STEP_SECONDS = 0.0  # a step at a time, so that there is time between
    window.press("audio2face.bake")
    job = room("core.background_job")
    while True:
        (running,) = job.running()
        if running.stepping if stage == "writing" else running.progress > 0:
            return
        yield 0.001


def _until_it_ends() -> Scene:
    for _ in range(300):
        if not state()["threads"] and not state()["modal"]:
            break
        yield 0.1
    yield 0.3


def _undo(window: Window, operator: str) -> Scene:
    with window.override():
        getattr(bpy.ops.ed, operator)()
    yield 0.5


def _delete(window: Window) -> None:
    """As X does it, with a step to undo."""
    with window.override():
        bpy.ops.object.delete()
        bpy.ops.ed.undo_push(message="Delete")


def _remove_scene(_window: Window) -> None:
    scene = bpy.context.scene
    bpy.data.scenes.new("Other")
    bpy.data.scenes.remove(scene)


def _undo_step(window: Window) -> None:
    with window.override():
        bpy.ops.ed.undo()


def _modal_operators() -> Iterator[str]:
    for operator in _window().modal_operators:
        with suppress(ReferenceError, ValueError, AttributeError):  # disabled meanwhile
            yield operator.bl_idname


def _window() -> bpy.types.Window:
    return bpy.context.window_manager.windows[0]


def _values() -> dict[str, float]:
    keys = bpy.data.objects["Demo Head"].data.shape_keys
    return {block.name: round(block.value, 6) for block in keys.key_blocks}


FAULTS: dict[str, Callable[[Window], object]] = {
    "delete": _delete,
    "no shape keys": lambda _: bpy.context.object.shape_key_clear(),
    "no sequencer": lambda _: bpy.context.scene.sequence_editor_clear(),
    "no scene": _remove_scene,
    "undo": _undo_step,
    "new file": lambda _: bpy.ops.wm.read_homefile(use_factory_startup=True),
    "disable": lambda _: bpy.ops.preferences.addon_disable(module=MODULE),
}

SCENES: dict[str, Callable[..., Scene]] = {
    "bake undo redo": bake_undo_redo,
    "dials undo redo": dials_undo_redo,
    "escape": escape,
    "faults": faults,
    "quit": quit_while,
    "live": live,
    "panels": panels,
    "panel state": panel_state,
}
