"""Where speech is stressed, as far as the mouth tells: what brows and head follow."""

from dataclasses import dataclass

import numpy as np

from ..smoothing import gaussian

_SYLLABLE, _PHRASE = 0.06, 0.5
_APART = 0.6
_LEAST = 0.15


@dataclass(frozen=True)
class Accents:
    """Stressed syllables, ascending.

    Attributes:
        rows: int [K].
        strengths: 0..1, float [K].
        activity: how much speech there is around each row, 0..1, float32 [T].
    """

    rows: np.ndarray
    strengths: np.ndarray
    activity: np.ndarray


def find_accents(opening: np.ndarray | None, count: int, rate: float) -> Accents:
    """Stressed syllables: where the mouth opens most above its mean over a phrase.

    Loud and long syllables open it furthest. At most one each 0.6 s, the strongest first, as
    gestures come.

    Args:
        opening: of the lips [T]; None where nothing tells it.
        count: T.
        rate: rows per second.
    """
    if opening is None or count < 3:
        return Accents(np.zeros(0, int), np.zeros(0), np.zeros(count, np.float32))
    column = opening.astype(np.float32)[:, None]
    syllable = gaussian(column, _SYLLABLE * rate)[:, 0]
    phrase = gaussian(column, _PHRASE * rate)[:, 0]
    above = syllable - phrase
    full = max(float(np.percentile(opening, 95)), 0.1)
    activity = np.minimum(phrase / (0.4 * full), 1.0).astype(np.float32)
    is_peak = (above[1:-1] >= above[:-2]) & (above[1:-1] > above[2:])
    peaks = 1 + np.flatnonzero(is_peak & (above[1:-1] > _LEAST * full))
    taken = np.zeros(len(opening), bool)
    apart = round(_APART * rate)
    chosen: list[int] = []
    for row in peaks[np.argsort(-above[peaks], kind="stable")].tolist():
        if not taken[row]:
            taken[max(row - apart, 0) : row + apart + 1] = True
            chosen.append(row)
    rows = np.sort(np.array(chosen, int))
    return Accents(rows, np.clip(above[rows] / (0.6 * full), 0.0, 1.0), activity)
