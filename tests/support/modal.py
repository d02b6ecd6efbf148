"""A bake behind a window, step by step as Blender calls it.

Without a window Blender starts no modal operator, so operator and window manager are stand-ins.
"""

import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import bpy
import pytest

TIMER, ESC, MOUSE = (
    SimpleNamespace(type=kind, value=value)
    for kind, value in (("TIMER", "NOTHING"), ("ESC", "PRESS"), ("MOUSEMOVE", "NOTHING"))
)


class Instance:
    """Stands in for the operator's instance."""

    def __init__(self, operator: type) -> None:
        self.speaker = self.strip = self.file = self.weights = ""
        self.channel, self.runtime = 0, "numpy"
        chosen = ("runtime", "weights")
        self.properties = SimpleNamespace(is_property_set=lambda name: name in chosen)
        self.reports: list[tuple[str, str]] = []
        self._operator = operator

    def __getattr__(self, name: str):
        return partial(getattr(self._operator, name), self)

    def report(self, kind: set[str], text: str) -> None:
        self.reports.append((*kind, text))


class WindowManager:
    """Knows the timers that run; a timer that does not run cannot be removed."""

    windows = ()

    def __init__(self) -> None:
        self.timers: list[object] = []

    def event_timer_add(self, _seconds: float, window: object) -> object:
        self.timers.append(object())
        return self.timers[-1]

    def event_timer_remove(self, timer: object) -> None:
        self.timers.remove(timer)

    def modal_handler_add(self, _operator: object) -> None:
        pass


class Context:
    """Blender's context with our window manager."""

    window = None

    def __init__(self) -> None:
        self.window_manager = WindowManager()

    def __getattr__(self, name: str):
        return getattr(bpy.context, name)


@pytest.fixture
def context() -> Context:
    return Context()


def run_until(operator: Instance, context: Context, reached: Callable[[], bool]) -> None:
    """Ticks until something is reached; the operator must not end before."""
    deadline = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < deadline
        assert operator.modal(context, TIMER) <= {"PASS_THROUGH", "RUNNING_MODAL"}
        time.sleep(0.001)


def run(operator: Instance, context: Context) -> set[str]:
    """Ticks until the operator ends."""
    deadline = time.monotonic() + 60
    while not (state := operator.modal(context, TIMER)) & {"FINISHED", "CANCELLED"}:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    return state
