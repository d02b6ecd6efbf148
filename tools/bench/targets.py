"""What was promised, what was measured, and whether the promise is kept."""

from collections.abc import Sequence
from dataclasses import dataclass

from .figures import Figures
from .graphics import GpuSpeed
from .wording import MIB, duration, megabytes, number, times

MINUTE, HOUR = 60.0, 3600.0
LINEAR = 1.05
"""Exponent of cost against length up to which it counts as linear."""


@dataclass(frozen=True)
class Target:
    """One promise.

    Attributes:
        promise: what is to be.
        measured: what is, in words.
        met: None where this run could not measure it.
    """

    promise: str
    measured: str
    met: bool | None

    @property
    def verdict(self) -> str:
        """For the table."""
        return {True: "met", False: "**missed**", None: "not measured"}[self.met]


def targets(figures: Figures, gpu: GpuSpeed | None) -> Sequence[Target]:
    """All of them; ``gpu`` may be from another machine."""
    return (
        _bake(figures),
        _linear(figures),
        _memory(figures),
        _keys(figures),
        _keys_ratio(figures),
        _blocked(figures),
        _numpy(figures),
        _gpu(gpu),
        _register(figures),
        _lazy(figures),
    )


def at_most(promise: str, value: float | None, bound: float, text: str) -> Target:
    """A value that may not be above a bound."""
    return Target(promise, text, None if value is None else value <= bound)


def at_least(promise: str, value: float | None, bound: float, text: str) -> Target:
    """A value that may not be below a bound."""
    return Target(promise, text, None if value is None else value >= bound)


def _bake(figures: Figures) -> Target:
    wall = figures.median("bake", MINUTE, "wall")
    promise = "whole bake of 1 min of speech, after Blender's start: at most 2.5 s"
    return at_most(promise, wall, 2.5, duration(wall))


def _linear(figures: Figures) -> Target:
    growth = figures.growth("bake", "cpu", MINUTE)
    promise = "cost of a bake linear in its length: exponent at most 1.05 from 1 min on"
    return at_most(promise, growth, LINEAR, number(growth))


def _memory(figures: Figures) -> Target:
    peak = figures.median("bake", HOUR, "memory")
    promise = "a bake of 1 h adds less than 400 MiB of memory at its peak"
    return at_most(promise, peak, 400 * MIB, megabytes(peak))


def _keys(figures: Figures) -> Target:
    wall = figures.median("many_write", 0.0, "wall")
    promise = "52 channels × 20 000 keys written in at most 0.5 s"
    return at_most(promise, wall, 0.5, duration(wall))


def _keys_ratio(figures: Figures) -> Target:
    ratio = figures.ratio("many_insert", "many_write", 0.0, "wall")
    promise = "the same at least 50 times faster than `keyframe_insert`"
    return at_least(promise, ratio, 50.0, times(ratio))


def _blocked(figures: Figures) -> Target:
    found = [figures.median("window", one, "held") for one in figures.lengths("window")]
    longest = max(found, default=None)
    promise = "a window's main thread never held for more than 50 ms while a bake runs"
    return at_most(promise, longest, 0.050, duration(longest))


def _numpy(figures: Figures) -> Target:
    lengths = [one for one in figures.lengths("torch") if one >= MINUTE]
    ratios = [figures.ratio("numpy", "torch", one, "wall") for one in lengths]
    worst = max(ratios, default=None)
    promise = "NumPy at most 2 times slower than torch on the CPU, from 1 min on"
    return at_most(promise, worst, 2.0, times(worst))


def _gpu(gpu: GpuSpeed | None) -> Target:
    promise = "torch on a GPU at least 2 000 times real time on 1 h"
    if gpu is None or gpu.seconds < HOUR:
        return Target(promise, "no GPU on this machine" if gpu is None else times(None), None)
    text = f"{times(gpu.times_real_time)} ({gpu.card})"
    return at_least(promise, gpu.times_real_time, 2000.0, text)


def _register(figures: Figures) -> Target:
    wall = figures.median("enable", 0.0, "wall")
    promise = "import and register of the add-on: at most 50 ms"
    return at_most(promise, wall, 0.050, duration(wall))


def _lazy(figures: Figures) -> Target:
    promise = "torch and soundfile imported only when used"
    found = figures.values("enable", 0.0, "heavy")
    if not found:
        return Target(promise, times(None), None)
    heavy = sorted({name for names in found for name in names})
    text = ", ".join(heavy) or "neither by the add-on's start"
    return Target(promise, text, not heavy)
