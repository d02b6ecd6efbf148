"""The artist's dials on one frame at a time, from what was heard so far. No bpy.

What ``shaping.shape`` does with whole curves, without knowing what comes: the same smoothing,
strengths and closures over the last moments, ending at the frame that is shown, so that nothing
comes later. Blinks and darts come from the same chance, but are not drawn to pauses.
"""

from collections import deque
from dataclasses import replace

import numpy as np

from ...model.curves import Curves
from ...model.features import FRAME_RATE
from ..core.shaping.layers.eyes import blink_track, dart_tracks
from ..core.shaping.settings import Dials
from ..core.shaping.shape import shape

_REMEMBERED = 1.5  # s
_SHAPED = 0.4  # s before the frame that shape its value
_CHUNK = 60.0  # s of blinks and darts that are drawn at a time
_LIDS = ("eyeBlinkLeft", "eyeBlinkRight")


class LiveLook:
    """Shapes frames that come one after another."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """
        Args:
            names: C channel names.
        """
        self._names = names
        self._began: float | None = None
        self._past: deque[tuple[float, np.ndarray]] = deque()
        self._chunk: tuple[object, dict[str, np.ndarray]] = (None, {})

    def shaped(
        self, seconds: float, values: np.ndarray, dials: Dials
    ) -> tuple[tuple[str, ...], np.ndarray]:
        """The frame as the dials want it.

        Args:
            seconds: of the frame, ascending from call to call; going back starts anew.
            values: float32 [C], as the network made them.
            dials: as they are now. ``offset_ms`` below 0 is 0, as nothing is known yet.

        Returns:
            (names [D], values float32 [D]), the C channels first.
        """
        if self._past and seconds <= self._past[-1][0]:
            self._past.clear()
        self._past.append((seconds, values))
        while self._past[0][0] < seconds - _REMEMBERED:
            self._past.popleft()
        at = seconds - max(dials.offset_ms, 0.0) / 1000.0
        heard = [one for one in self._past if at - _SHAPED <= one[0] <= at] or [self._past[0]]
        spoken = replace(dials, offset_ms=0.0, blinks=False, brow_layer=0.0, head_nod=0.0,
                         eye_darts=0.0)  # fmt: skip
        rows = np.stack([row for _, row in heard])
        span = heard[-1][0] - heard[0][0]
        rate = (len(heard) - 1) / span if span > 0.0 else FRAME_RATE
        made = shape(Curves(self._names, rate, rows), spoken).values[-1].copy()
        for name, value in self._layers(seconds, dials).items():
            if name in self._names:
                place = self._names.index(name)
                value *= dials.channels.get(name, 1.0)
                made[place] = min(max(made[place], value), dials.limit)
        return self._names, made

    def _layers(self, seconds: float, dials: Dials) -> dict[str, float]:
        """What is laid over each channel at an instant."""
        if self._began is None:
            self._began = seconds  # a clock may have begun long ago
        seconds = max(seconds - self._began, 0.0)
        number = int(seconds // _CHUNK)
        wanted = (number, dials.blinks, dials.blink_rate, dials.eye_darts, dials.seed)
        if self._chunk[0] != wanted:
            self._chunk = wanted, self._drawn(number * _CHUNK, dials)
        row = int((seconds - number * _CHUNK) * FRAME_RATE)
        return {name: float(track[row]) for name, track in self._chunk[1].items()}

    def _drawn(self, start: float, dials: Dials) -> dict[str, np.ndarray]:
        rows = round(_CHUNK * FRAME_RATE)
        tracks: dict[str, np.ndarray] = {}
        if dials.eye_darts > 0.0:
            gaze = dart_tracks(rows, FRAME_RATE, start, dials.seed)
            strength = dials.eye_darts * dials.overall * dials.upper_face
            tracks |= {name: track * strength for name, track in gaze.items()}
        if dials.blinks:
            still = np.zeros(rows, bool)
            lids = blink_track(still, FRAME_RATE, start, dials.blink_rate, dials.seed)
            tracks |= dict.fromkeys(_LIDS, lids)
        return tracks
