"""What every importer returns: a face over time, under the names of its source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


class ActorError(RuntimeError):
    """A recording that cannot be used; the text says which, why and what to do."""


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
