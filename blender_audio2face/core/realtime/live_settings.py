"""The artist's dials on live curves, from the past alone.

``shaping.shape`` does this with whole curves. Here each row is shaped with the rows before it, so
nothing is delayed; ``offset_ms`` below 0, brow raises and head movement need the future and are
left to a bake. Blinks and darts of the eyes are drawn by time, not moved to pauses of speech.
"""

import numpy as np

from ....model.features import FRAME_RATE
from ..shaping.layers.eyes import blink_track, dart_tracks
from ..shaping.settings import Dials
from ..shaping.shape import shape_values

_WINDOW = 40
"""Rows before one that smoothing and emphasis look at: 0.4 s."""

_HISTORY = _WINDOW + 100
"""Rows that are remembered: the window, and the largest offset of 1 s."""

_CHUNK = 6000
"""Rows for which blinks and darts are drawn at once: a minute."""

_LIDS = ("eyeBlinkLeft", "eyeBlinkRight")


class LiveSettings:
    """Shapes rows of curves at 100 Hz as they arrive.

    Attributes:
        dials: applied from the next row on; may be replaced at any time, from any thread.
    """

    def __init__(self, names: tuple[str, ...], dials: Dials) -> None:
        """
        Args:
            names: C channel names.
            dials: the artist's.
        """
        self.dials = dials
        self._names = names
        self._history = np.zeros((0, len(names)), np.float32)
        self._count = 0
        self._tracks: tuple[object, dict[int, np.ndarray]] = (None, {})

    def push(self, rows: np.ndarray) -> np.ndarray:
        """The shaped rows.

        Args:
            rows: float32 [n, C], as the network made them.

        Returns:
            float32 [n, C] within 0..``dials.limit``.
        """
        dials, before = self.dials, len(self._history)
        known = np.concatenate([self._history, rows])
        shaped = np.empty_like(rows)
        later = round(max(dials.offset_ms, 0.0) / 1000.0 * FRAME_RATE)
        for row in range(len(rows)):
            end = max(before + row + 1 - later, 1)
            window = known[max(end - 1 - _WINDOW, 0) : end]
            shaped[row] = shape_values(self._names, FRAME_RATE, window, dials)[-1]
        self._add_layers(shaped, dials)
        self._history = known[-_HISTORY:].copy()
        self._count += len(rows)
        return shaped

    def _add_layers(self, shaped: np.ndarray, dials: Dials) -> None:
        """Lays blinks and darts over the next rows [n, C]."""
        for row, values in enumerate(shaped, self._count):
            for place, track in self._tracks_at(row, dials).items():
                strength = dials.channels.get(self._names[place], 1.0)
                layer = strength * float(track[row % _CHUNK])
                values[place] = min(max(values[place], layer), dials.limit)

    def _tracks_at(self, row: int, dials: Dials) -> dict[int, np.ndarray]:
        """Layers by the index of their channel, float32 [_CHUNK] of the chunk that has the row."""
        chunk = row // _CHUNK
        drawn_for = (chunk, dials.blinks, dials.blink_rate, dials.eye_darts, dials.overall,
                     dials.upper_face, dials.seed)  # fmt: skip
        if self._tracks[0] != drawn_for:
            drawn = _drawn_tracks(chunk * _CHUNK / FRAME_RATE, dials)
            known = {self._names.index(n): t for n, t in drawn.items() if n in self._names}
            self._tracks = drawn_for, known
        return self._tracks[1]


def _drawn_tracks(start: float, dials: Dials) -> dict[str, np.ndarray]:
    """Blinks and darts of a chunk that begins ``start`` seconds after the first row."""
    tracks: dict[str, np.ndarray] = {}
    if dials.eye_darts > 0.0:
        gaze = dart_tracks(_CHUNK, FRAME_RATE, start, dials.seed)
        strength = dials.eye_darts * dials.overall * dials.upper_face
        tracks |= {name: track * strength for name, track in gaze.items()}
    if dials.blinks:
        still = np.zeros(_CHUNK, bool)
        lids = blink_track(still, FRAME_RATE, start, dials.blink_rate, dials.seed)
        tracks |= dict.fromkeys(_LIDS, lids)
    return tracks
