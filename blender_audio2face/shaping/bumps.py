"""Single gestures: up with an ease, perhaps a hold, and down with an ease."""

import numpy as np


def bump(rate: float, rise: float, hold: float, fall: float) -> np.ndarray:
    """A gesture from 0 to 1 and back, float32 rows at ``rate``; times in seconds.

    Half cosines, the fall quicker at first and slow at its end as lids and brows come to rest.
    """
    up, down = max(round(rise * rate), 1), max(round(fall * rate), 1)
    rising = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, up + 1) / up)
    falling = 0.5 + 0.5 * np.cos(np.pi * (np.arange(1, down + 1) / down) ** 0.8)
    held = np.ones(max(round(hold * rate), 0))
    return np.concatenate([[0.0], rising, held, falling]).astype(np.float32)


def lay(track: np.ndarray, row: int, shape: np.ndarray) -> None:
    """Lays a gesture over track [T] from ``row`` on, cut at the ends; the higher one shows."""
    first, last = max(row, 0), min(row + len(shape), len(track))
    if first < last:
        part = track[first:last]
        np.maximum(part, shape[first - row : last - row], out=part)
