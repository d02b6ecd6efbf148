"""Poses that are held for some frames each, as in stop motion and drawn animation."""

import numpy as np

from .poses import SYLLABLE, closed_runs


def held_rows(frames: np.ndarray, opening: np.ndarray | None, hold: int) -> np.ndarray:
    """The row that each row shows when a new pose is shown only every ``hold`` frames, int [F].

    New poses are shown on frames 1, 1 + hold, ... of the scene, so that all characters change
    together. A closure of the lips between two of them moves to the nearest, and a vowel between
    two closures keeps a pose where there is one between theirs. The last pose is the last row.

    Args:
        frames: F >= 1 ascending frames, int.
        opening: of the lips, [F]; None if it is not known.
        hold: frames, at least 1.
    """
    steps = np.flatnonzero((frames - 1) % hold == 0)
    steps = np.union1d(steps, [0]).astype(np.intp)
    shows = steps.copy()
    if opening is not None:
        _keep_closures(frames, opening, steps, shows)
    shows[0], shows[-1] = 0, len(frames) - 1
    step = np.searchsorted(steps, np.arange(len(frames)), side="right") - 1
    return shows[step]


def _keep_closures(
    frames: np.ndarray, opening: np.ndarray, steps: np.ndarray, shows: np.ndarray
) -> None:
    """Lets each closure be seen on one of the steps; changes ``shows``, the row of each step."""
    times = frames[steps]
    last_shut, open_from = -1, 0
    for first, stop in closed_runs(opening):
        inside = np.flatnonzero((steps >= first) & (steps < stop))
        if len(inside):
            shut, until = int(inside[0]), int(inside[-1])
        else:
            lowest = first + int(np.argmin(opening[first:stop]))
            shut = until = int(np.argmin(np.abs(times - frames[lowest])))
            shows[shut] = lowest
        between = np.arange(last_shut + 1, shut)
        if last_shut >= 0 and opening[shows[between]].max(initial=0.0) < SYLLABLE:
            widest = open_from + int(np.argmax(opening[open_from:first]))
            if len(between) and opening[widest] >= SYLLABLE:
                shows[between[np.argmin(np.abs(times[between] - frames[widest]))]] = widest
        last_shut, open_from = until, stop
