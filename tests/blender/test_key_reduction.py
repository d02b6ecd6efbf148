"""Blender shows reduced keys as `keys.evaluate` says, so their bound holds on screen too."""

import importlib
from contextlib import ExitStack

import numpy as np
import pytest

from tests.blender.scenes import fcurves, make_face

JAW = 'key_blocks["jawOpen"].value'


def test_the_bound_holds_in_blender(extension: str) -> None:
    keys, actions, channel_keys, segments = (
        importlib.import_module(f"{extension}.blender_audio2face.{name}")
        for name in (
            "core.keys.keyframes",
            "animation.write",
            "core.keys.keyframes",
            "core.keys.frame_ranges",
        )
    )
    frames = np.arange(100, 400)
    rough = np.random.default_rng(0).random(304)
    column = np.convolve(rough, np.hanning(7)[1:-1] / 3, "valid").astype(np.float32)
    reduced = keys.reduce_keys(frames, {JAW: column}, 0.01, column < 0.2)[JAW]
    assert len(reduced.frames) < len(frames)

    key = make_face("Face", ("jawOpen",)).data.shape_keys
    whole = (segments.FrameRange("speech", 100, 400),)
    path = channel_keys.FCurvePath(JAW)
    with ExitStack() as undo:
        bakes = [actions.StripKeyframes(whole, {path: reduced})]
        baked = actions.write_keys(key, "A2F", bakes, "ACTION", undo)
        undo.pop_all()
    actions.commit(baked, None)

    (curve,) = fcurves(baked.action)
    assert len(curve.keyframe_points) == len(reduced.frames)
    shown = np.array([curve.evaluate(float(frame)) for frame in frames])
    assert np.abs(shown - column).max() <= 0.01
    between = np.linspace(100, 399, 1201)
    blender = [curve.evaluate(time) for time in between]
    assert blender == pytest.approx(keys.evaluate(reduced, between), abs=1e-5)
