"""BEAT-style JSON: ``{"names": […], "frames": [{"weights": […], "time": seconds}, …]}``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from .track import ActorError, Track, ascending, checked

_FPS = 60.0
_DAMAGE = (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError)


def read_beat(path: Path) -> Track:
    """Reads one file of 51 or 52 channels; frames without a time stand at 60 a second.

    Raises `ActorError` where it is not of this form.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        names = tuple(str(name) for name in data["names"])
        frames = data["frames"]
        with np.errstate(over="ignore"):
            values = np.array([frame["weights"] for frame in frames], np.float32)
        times = np.array(
            [float(frame.get("time", index / _FPS)) for index, frame in enumerate(frames)]
        )
    except _DAMAGE as error:
        raise ActorError(
            f'{path} is no JSON with "names" and "frames" of "weights" ({error}).'
        ) from error
    if values.shape != (len(times), len(names)) or not len(times):
        raise ActorError(
            f"{path} has {len(names)} names but weights of shape {values.shape}; export it again."
        )
    fresh = ascending(times)
    return checked(Track(times[fresh], names, values[fresh]), path)
