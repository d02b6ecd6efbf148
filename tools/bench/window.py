"""A Blender with a window, played without one, and how long the add-on holds its main thread.

Blender's Python module opens no window: no timer fires there and no modal operator runs. So
``bpy.app`` is replaced, before the add-on is enabled, by a stand-in that says there is a window and
keeps the add-on's timers and handlers. ``Window.run`` calls the timers and modal operators as a
window's loop does and redraws the panels ten times a second. Every call of the add-on's code on the
main thread is timed by itself: timers, handlers, operators, updates of properties, panels. What
Blender does on its own (drawing, evaluating meshes, undo) is left out.
"""

import sys
import threading
import time
from collections.abc import Callable, Iterator, MutableSequence
from contextlib import contextmanager
from types import FunctionType, MethodType, SimpleNamespace

import bpy
import numpy as np

from tools.demo.install import MODULE

from .measure import Clock, StageError
from .report import MAIN_THREAD, REAL_TIME
from .stages import add_strip, demo_head, enable, fcurves

_QUIET = 0.6
"""Seconds without a thread or an operator of the add-on after which it has done all it had to:
longer than a debounce."""

_LONGEST_WAIT = 300.0
_REDRAW = 0.1
_TAB = "Audio2Face"
_TIMER_EVENT = SimpleNamespace(type="TIMER", value="NOTHING", ctrl=False, shift=False, alt=False)


class Timers:
    """Stands in for ``bpy.app.timers``."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: list[tuple[Callable, float]] = []

    def register(
        self, function: Callable, *, first_interval: float = 0.0, persistent: bool = False
    ) -> None:
        self._entries.append((function, time.perf_counter() + first_interval))

    def unregister(self, function: Callable) -> None:
        if not self.is_registered(function):
            raise ValueError("the function is not registered")
        self._entries = [entry for entry in self._entries if entry[0] != function]

    def is_registered(self, function: Callable) -> bool:
        return any(entry[0] == function for entry in self._entries)

    def call_due(self) -> None:
        """Calls those of the add-on's functions whose time has come."""
        now = time.perf_counter()
        for function, due in list(self._entries):
            is_ours = getattr(function, "__module__", "").startswith(MODULE)
            if due > now or not is_ours or not self.is_registered(function):
                continue
            interval = self._clock.timed(function)()
            if self.is_registered(function):
                self.unregister(function)
                if interval is not None:
                    self.register(function, first_interval=interval)


class Handlers(MutableSequence):
    """Stands in for one list of ``bpy.app.handlers``; what Blender calls of it is timed."""

    def __init__(self, real: list, clock: Clock) -> None:
        self._real, self._clock = real, clock

    def __len__(self) -> int:
        return len(self._real)

    def __getitem__(self, index):
        return getattr(self._real[index], "__wrapped__", self._real[index])

    def __setitem__(self, index, handler: Callable) -> None:
        self._real[index] = self._clock.timed(handler)

    def __delitem__(self, index) -> None:
        del self._real[index]

    def insert(self, index: int, handler: Callable) -> None:
        self._real.insert(index, self._clock.timed(handler))


class _Overlay:
    """Another object with some attributes replaced."""

    def __init__(self, real: object, **replaced: object) -> None:
        self.__dict__.update(replaced, _real=real)

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


class _HandlerLists(_Overlay):
    def __getattr__(self, name: str) -> object:
        found = getattr(self._real, name)
        return Handlers(found, self._clock) if isinstance(found, list) else found


class _Instance:
    """Stands in for Blender's instance of an operator or a panel."""

    def __init__(self, cls: type, **attributes: object) -> None:
        self.__dict__.update(attributes, _cls=cls)

    @property
    def __class__(self) -> type:  # so that super() works in its methods
        return self._cls

    def __getattr__(self, name: str) -> object:
        found = getattr(self._cls, name)
        return MethodType(found, self) if isinstance(found, FunctionType) else found

    def report(self, kinds: set[str], text: str) -> None:
        if "ERROR" in kinds:
            raise StageError(text)


class _Layout:
    """A layout that draws nothing."""

    def __getattr__(self, _name: str) -> Callable:
        return lambda *_, **__: _Layout()


class Window:
    """The loop of a Blender with a window, in which the add-on is enabled and has its demo head."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.waits: dict[str, float] = {}
        self.timers = Timers(self.clock)
        handlers = _HandlerLists(bpy.app.handlers, _clock=self.clock)
        bpy.app = _Overlay(bpy.app, background=False, timers=self.timers, handlers=handlers)
        sys.modules["bpy.app"], sys.modules["bpy.app.timers"] = bpy.app, self.timers
        sys.modules["bpy.app.handlers"] = handlers
        self._operators: list[_Instance] = []
        self._is_locked = False
        self._ticks: list[SimpleNamespace] = []
        self._drawn = 0.0
        enable()
        self.shape_keys = demo_head().data.shape_keys

    @property
    def context(self) -> _Overlay:
        """What operators and panels get."""
        preferences = bpy.context.preferences
        return _Overlay(
            bpy.context,
            window=None,
            window_manager=_Overlay(
                bpy.context.window_manager,
                windows=(),
                event_timer_add=self._add_tick,
                event_timer_remove=self._ticks.remove,
                modal_handler_add=lambda operator: True,
            ),
            region=SimpleNamespace(width=280, type="UI", tag_redraw=lambda: None),
            screen=SimpleNamespace(is_animation_playing=False, areas=()),
            preferences=_Overlay(preferences, system=_Overlay(preferences.system, ui_scale=1.0)),
        )

    def press(self, name: str, **given: object) -> None:
        """Presses the button of an operator of the add-on.

        Raises:
            StageError: the operator cannot run, or reports an error.
        """
        self._wait_for_input()
        cls = getattr(bpy.types, f"AUDIO2FACE_OT_{name}")
        if hasattr(cls, "poll") and not cls.poll(self.context):
            raise StageError(f"audio2face.{name} cannot run now.")
        rna = getattr(bpy.ops.audio2face, name).get_rna_type().properties
        defaults = {p.identifier: getattr(p, "default", None) for p in rna}
        asked = SimpleNamespace(is_property_set=lambda prop: prop in given)
        operator = _Instance(cls, **(defaults | given), properties=asked)
        if any("invoke" in base.__dict__ for base in cls.__mro__):
            state = self.clock.timed(operator.invoke)(self.context, _TIMER_EVENT)
        else:
            state = self.clock.timed(operator.execute)(self.context)
        if state == {"RUNNING_MODAL"}:
            self._operators.append(operator)

    def set(self, group: object, name: str, value: object) -> None:
        """Changes a property as the interface does: its update runs at once."""
        self._wait_for_input()
        self.clock.timed(setattr)(group, name, value)

    def run(self, seconds: float) -> list[float]:
        """Runs the window's loop for some time.

        Returns:
            Seconds of each turn in which the add-on was called, all calls of it together but for
            the panels.
        """
        until = time.perf_counter() + seconds
        found = []
        while time.perf_counter() < until:
            calls = self.clock.calls.setdefault(self.clock.label, [])
            count = len(calls)
            self.turn()
            if len(calls) > count:
                found.append(sum(calls[count:]))
        return found

    @contextmanager
    def doing(self, label: str) -> Iterator[None]:
        """Calls count as ``label``, also those after the block until the add-on has nothing more to
        do. ``waits`` gets the longest time from the beginning to that end.

        Raises:
            StageError: it does not come to rest.
        """
        began = time.perf_counter()
        with self.clock.counting_as(label):
            yield
            done = busy = time.perf_counter()
            while (now := time.perf_counter()) - busy < _QUIET:
                self.turn()
                threads = [thread.name for thread in threading.enumerate()]
                if self._operators or any(name.startswith("audio2face") for name in threads):
                    busy = now
                if now - done > _LONGEST_WAIT:
                    raise StageError("The add-on does not come to rest.")
        self.waits[label] = max(self.waits.get(label, 0.0), busy - began)

    @contextmanager
    def keying(self, label: str) -> Iterator[None]:
        """As ``doing``. Raises StageError where no key changes."""
        before = self._keys()
        with self.doing(label):
            yield
        if self._keys() == before:
            raise StageError("No key changed.")

    def turn(self) -> None:
        """Calls once whatever is due."""
        self.timers.call_due()
        now = time.perf_counter()
        due = [tick for tick in self._ticks if tick.due <= now]
        for tick in due:
            tick.due = now + tick.seconds
        for operator in list(self._operators) if due else ():
            state = self.clock.timed(operator.modal)(self.context, _TIMER_EVENT)
            self._is_locked = state == {"RUNNING_MODAL"}
            if state & {"FINISHED", "CANCELLED"}:
                self._operators.remove(operator)
        bpy.context.view_layer.update()  # calls the handlers, as a window does after each event
        if now - self._drawn > _REDRAW:
            label = "panel redraw" if self._drawn else "first panel redraw"
            self._drawn = now
            with self.clock.counting_as(label):
                self.clock.timed(self._draw_panels)()
        time.sleep(0.001)

    def _wait_for_input(self) -> None:
        """A modal operator that does not pass events on keeps them from the interface."""
        while self._is_locked:
            self.turn()

    def _draw_panels(self) -> None:
        context = self.context
        for panel in bpy.types.Panel.__subclasses__():
            if getattr(panel, "bl_category", "") != _TAB or not panel.is_registered:
                continue
            if panel.bl_space_type == "VIEW_3D" and getattr(panel, "poll", bool)(context):
                _Instance(panel, layout=_Layout()).draw(context)

    def _add_tick(self, seconds: float, window: object = None) -> SimpleNamespace:
        self._ticks.append(SimpleNamespace(seconds=seconds, due=time.perf_counter() + seconds))
        return self._ticks[-1]

    def _keys(self) -> list[bytes]:
        found = []
        for curve in fcurves(self.shape_keys):
            points = np.empty(2 * len(curve.keyframe_points), np.float32)
            curve.keyframe_points.foreach_get("co", points)
            found.append(points.tobytes())
        return found


def dials_and_preview(clips: list[str], length: str) -> dict[str, float]:
    """An artist's session with two sounds: bake, dials, mapping, Update, another bake, preview."""
    window = Window()
    strip = add_strip(clips[0])
    window.run(2.0)  # a start, with whatever the add-on does after it

    with window.keying("bake"):
        window.press("bake", runtime="numpy")
    for value in (0.8, 0.9, 1.1):
        with window.keying("dial step"):
            window.set(_speaker().dials, "jaw", value)
    with window.keying("slider dragged"):
        for value in np.linspace(1.0, 0.7, 15):
            window.set(_speaker().dials, "lips", float(value))
            window.run(0.03)
    with window.keying("mapping edit"):
        window.press("mapping_edit")
        link = next(link for link in _speaker().links if link.output == "jawOpen")
        window.set(link, "multiplier", 0.9)
    with window.keying("Update"):
        strip.frame_start += 5
        window.press("update")
    strip = add_strip(clips[1])
    with window.keying("dial step during a bake"):
        with window.clock.counting_as("bake"):
            window.press("bake", runtime="numpy")
        for value in (0.95, 1.05):
            window.run(0.2)
            window.set(_speaker().dials, "jaw", value)
    with window.doing("preview start"):
        window.press("preview")
    with window.clock.counting_as("preview frame"):
        frames = np.linspace(1, strip.frame_final_end, 50).astype(int)
        show = bpy.context.scene.frame_set
        _check_moving(window.shape_keys, map(show, [*frames.tolist(), *range(1, 100)]))
    with window.doing("dial step with preview"):
        window.set(_speaker().dials, "jaw", 0.9)
    window.press("preview")
    found = {f"from a dial step to its keys, {length}": window.waits["dial step"]}
    for label, calls in window.clock.calls.items():
        if calls:
            found[f"{MAIN_THREAD}{label}, {length}"] = max(calls)
    return found


def real_time(clip: str, seconds: int) -> dict[str, float]:
    """Median and rare times of the add-on on the main thread for each frame of real time, with a
    sound file as the microphone."""
    window = Window()
    window.press("speaker_add")
    window.press("mapping_edit")  # a mapping of its own is looked at now and then
    window.run(2.0)
    window.press("live_start", file=clip)
    frames: list[float] = []
    with window.clock.counting_as("real time"):
        turns = (frames.extend(window.run(0.1)) for _ in range(10 * seconds))
        _check_moving(window.shape_keys, turns)
    window.press("live_stop")
    median, rare = np.percentile(frames, [50.0, 99.9])
    return {f"{REAL_TIME}median": median, f"{REAL_TIME}99.9th percentile": rare}


def _speaker():
    return bpy.context.scene.audio2face.speakers[0]


def _check_moving(shape_keys, steps: Iterator[None]) -> None:
    """Takes the steps; raises StageError where the jaw is the same after all of them."""
    jaw = {round(shape_keys.key_blocks["jawOpen"].value, 4) for _ in steps}
    if len(jaw) < 3:
        raise StageError("The face does not move.")
