"""Writes keys of made-up strips with the installed extension. Needs no sound."""

import importlib
from collections.abc import Sequence
from contextlib import ExitStack

import numpy as np
import pytest

from tests.support.animation import JAW
from tests.support.scenes import make_face


class Animation:
    """The extension's writing of keys."""

    def __init__(self, extension: str) -> None:
        def module(name: str):
            return importlib.import_module(f"{extension}.blender_audio2face.{name}")

        self.errors = module("errors")
        self.keyframes = module("core.keys.keyframes")
        self.keyframe_table = module("animation.keyframe_table")
        self.write_module = module("animation.write")
        self.clear = module("animation.remove").clear
        self.sampled = module("core.keys.slicing").sampled
        self._records = module("animation.remove")._records
        self._ranges = module("core.keys.frame_ranges")
        self._timing = module("core.sound.strip_timing").StripTiming

    def speech(self, strip: str = "speech", left: int = 10, right: int = 20) -> tuple:
        """A strip's ranges at 24 fps: rest 3 frames before, 8 frames of release."""
        return self._ranges.requested_ranges(strip, self._timing(24.0, 1, 0, 0.0, left, right))

    def frames(self, strip: str, start: int, end: int) -> tuple:
        """A strip's range without lead-in and release."""
        return (self._ranges.FrameRange(strip, start, end),)

    def bake(self, ranges: tuple, value: float = 0.5, paths: Sequence = (JAW,)):
        """Keys of a strip on each frame: ``value`` in its speech, 0 around it."""
        frames = self._ranges.frames_of(ranges).astype(np.float64)
        speech = tuple(each for each in ranges if each.part == self._ranges.Part.SPEECH)
        values = np.where(self._ranges.lies_in(frames, speech), value, 0.0)
        return self.keys(ranges, self.keyframes.every_frame(frames, values), paths)

    def keys(self, ranges: tuple, keys, paths: Sequence = (JAW,)):
        """The same keys of a strip on some paths, each a data path or (data path, index)."""
        channels = ((path,) if isinstance(path, str) else path for path in paths)
        channels = (self.keyframes.FCurvePath(*channel) for channel in channels)
        return self.write_module.StripKeyframes(ranges, dict.fromkeys(channels, keys))

    def baked_strips(self, datablock) -> list[str]:
        return [strip for record in self._records(datablock) for strip in record.strips]

    def write(self, datablock, ranges: tuple, output: str = "ACTION", **bake):
        """Bakes one strip (``bake``); returns the PendingAction, committed."""
        return self.write_all(datablock, [self.bake(ranges, **bake)], output)

    def write_all(self, datablock, bakes: list, output: str = "ACTION"):
        with ExitStack() as undo:
            pending = self.write_module.write_keys(datablock, "A2F Face", bakes, output, undo)
            undo.pop_all()
        self.write_module.commit(pending, None)
        return pending


@pytest.fixture
def a2f(extension: str) -> Animation:
    return Animation(extension)


@pytest.fixture
def key():
    """Shape keys of a face."""
    return make_face("Face", ("jawOpen", "tongueOut")).data.shape_keys
