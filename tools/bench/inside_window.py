"""Runs inside Blender with a window (see ``window``): bakes, and times what holds the main thread.

Two clocks: one around every call of the operator's ``invoke`` and ``modal``, which is the add-on's
own code; one that ticks from Blender's timers, whose gaps hold redraws and undo as well. The 3D
view makes way for a text editor: without a graphics card its redraws would be all that is seen.
"""

import importlib
import json
import os
import sys
import time
import traceback
import wave
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import addon_utils
import bpy
import numpy as np

_MODULE = "bl_ext.user_default.audio2face_blender"
_TICK = 0.005
_LOOK = 0.2
"""Seconds from one look at what is going on to the next."""

_CALM = 2.0
"""Seconds before a bake and after it: the first frames of a window are slow."""

_RATE = 16000


class Clock:
    """Seconds for which the main thread was held."""

    def __init__(self) -> None:
        self.longest: dict[str, float] = {}
        self.processor: dict[str, float] = {}
        self.gap = 0.0
        self.state = "waiting"
        self._last = time.perf_counter()

    def tick(self) -> float:
        """A timer's function."""
        now = time.perf_counter()
        if self.state != "waiting":
            self.gap = max(self.gap, now - self._last - _TICK)
        self._last = now
        return _TICK

    def timed(self, function: Callable, phase_of: Callable[[object], str]) -> object:
        """What the function returns; its call is timed as ``phase_of`` that."""
        began, processor = time.perf_counter(), time.thread_time()
        returned = function()
        phase = phase_of(returned)
        for kept, value in (
            (self.longest, time.perf_counter() - began),
            (self.processor, time.thread_time() - processor),
        ):
            kept[phase] = max(value, kept.get(phase, 0.0))
        return returned

    def watch(self, operator: type) -> None:
        """Times what Blender calls of the operator."""

        def planned(_state: set[str]) -> str:
            self.state = "running"
            return "plan"

        def phase(state: set[str]) -> str:
            if state & {"FINISHED", "CANCELLED"}:
                self.state = next(iter(state))
                return "end"
            return "listen" if state == {"PASS_THROUGH"} else "write"

        invoke, modal = operator.invoke, operator.modal
        operator.invoke = lambda one, context, event: self.timed(
            lambda: invoke(one, context, event), planned
        )
        operator.modal = lambda one, context, event: self.timed(
            lambda: modal(one, context, event), phase
        )


def _install(path: str) -> None:
    addon_utils.enable("bl_pkg", default_set=True)
    bpy.ops.extensions.package_install_files(
        repo="user_default", filepath=path, enable_on_install=True, overwrite=True
    )
    if not addon_utils.check(_MODULE)[1]:
        raise RuntimeError(f"Blender did not enable {path}.")


def _part(name: str) -> ModuleType:
    return importlib.import_module(f"{_MODULE}.blender_audio2face.{name}")


def _write_speech(seconds: float, path: Path) -> None:
    """The demo's sentence over and over."""
    audio = _part("audio")
    source = _part("plan").SoundSource("sentence", str(_part("demo_head.add").SENTENCE))
    frames = int(audio.sound_seconds(source) * 100)
    whole = _part("timing").StripTiming(100.0, 0, 0.0, 0.0, 0, frames)
    sentence = audio.audible_samples(source, whole, _RATE, audio.DECODERS)
    samples = np.resize(sentence, round(seconds * _RATE))
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        file.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())


def _set_the_scene(sound: Path) -> None:
    for area in bpy.context.window_manager.windows[0].screen.areas:
        if area.type == "VIEW_3D":
            area.type = "TEXT_EDITOR"
    for obj in tuple(bpy.data.objects):
        bpy.data.objects.remove(obj)
    bpy.ops.audio2face.add_demo_head()
    editor = bpy.context.scene.sequence_editor_create()
    strips = editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences
    editor.active_strip = strips.new_sound("speech", str(sound), 1, 1)


def _in_ms(seconds: dict[str, float]) -> dict[str, float]:
    return {phase: round(1e3 * value, 1) for phase, value in seconds.items()}


def main(package: str, seconds: str, answer: str) -> None:
    """Bakes once the window is calm, answers, and quits."""
    _install(package)
    sound = Path(answer).with_suffix(".wav")
    _write_speech(float(seconds), sound)
    _set_the_scene(sound)
    clock = Clock()
    clock.watch(_part("operators.bake").AUDIO2FACE_OT_bake)
    until = time.perf_counter() + _CALM

    def drive() -> float | None:
        return _or_exit(look)

    def look() -> float | None:
        nonlocal until
        if clock.state == "running" or time.perf_counter() < until:
            until = max(until, time.perf_counter() + _CALM * (clock.state == "running"))
            return _LOOK
        if clock.state == "waiting":
            window = bpy.context.window_manager.windows[0]
            with bpy.context.temp_override(window=window, screen=window.screen):
                bpy.ops.audio2face.bake("INVOKE_DEFAULT", runtime="numpy")
            return _LOOK
        clock.timed(lambda: bpy.ops.ed.undo_push(message="Timed"), lambda _: "undo")
        found = {
            "blender": bpy.app.version_string,
            "state": clock.state,
            "longest_ms": _in_ms(clock.longest),
            "processor_ms": _in_ms(clock.processor),
            "longest_gap_ms": round(1e3 * clock.gap, 1),
        }
        Path(answer).write_text(json.dumps(found), "utf-8")
        bpy.ops.wm.quit_blender()
        return None

    bpy.app.timers.register(clock.tick, persistent=True)
    bpy.app.timers.register(drive, first_interval=1.0, persistent=True)


def _or_exit(act: Callable[[], float | None]) -> float | None:
    """Ends Blender where something fails: its window would stay open for ever."""
    try:
        return act()
    except BaseException:
        traceback.print_exc()
        os._exit(1)


if __name__ == "__main__":
    _or_exit(lambda: main(*sys.argv[sys.argv.index("--") + 1 :]))
