"""What every importer returns: a face over time, under the names of its source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model.errors import shorten_middle

_LONGEST = 1000
_LARGEST = 1e12


class ActorError(RuntimeError):
    """A recording that cannot be used; the text says which, why and what to do, on one line."""

    def __init__(self, sentence: str) -> None:
        super().__init__(shorten_middle(sentence, _LONGEST))


@dataclass(frozen=True)
class Track:
    """Captured controls at the times of their frames.

    Attributes:
        times: [F] seconds, ascending; 0 is the first frame unless the file says otherwise.
        names: C names of the source.
        values: [F, C] float32; NaN where the face was lost.
        lip_gap: [F] distance of the inner lips over that of the outer eye corners, or None.
        start_timecode: seconds of the day at times 0 on the recorder's clock, or None.
        scores: True for a classifier's scores, whose size says less than ARKit's.
    """

    times: np.ndarray
    names: tuple[str, ...]
    values: np.ndarray
    lip_gap: np.ndarray | None = None
    start_timecode: float | None = None
    scores: bool = False


def ascending(times: np.ndarray) -> np.ndarray:
    """Which of some times [F] are later than all before, bool [F]: recorders may repeat a frame."""
    latest = np.maximum.accumulate(times)
    return np.concatenate([[True], times[1:] > latest[:-1]])


def checked(track: Track, label: object) -> Track:
    """A track whose numbers make sense. Raises `ActorError` for another, by its label."""
    times, values = track.times, track.values
    if not (np.abs(times) < _LARGEST).all() or np.any(np.diff(times) <= 0):
        raise ActorError(f"The times of {label} do not ascend; sort its rows and write it again.")
    if np.isinf(values).any():
        raise ActorError(f"{label} holds values that are not numbers; export it again.")
    return track
