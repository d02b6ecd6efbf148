"""Long takes to utterances that training can load, and the share that is held out."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from ..cache import CURVE_HOP, SAMPLE_RATE

_SHORTEST, _LONGEST = 8.0, 16.0  # seconds
_QUIET = 0.2  # seconds
_EVERY = 10


def cut(samples: np.ndarray) -> list[tuple[int, int]]:
    """Spans [start, stop) of samples [N] at 16 kHz, 8 to 16 s long, cut where it is quietest.

    Starts are whole rows of curves; together the spans cover everything.
    """
    hop = CURVE_HOP
    shortest, longest = (round(s * SAMPLE_RATE / hop) for s in (_SHORTEST, _LONGEST))
    rows = len(samples) // hop
    power = np.square(samples[: rows * hop].astype(np.float64)).reshape(rows, hop).mean(1)
    width = round(_QUIET * SAMPLE_RATE / hop)
    around = np.convolve(power, np.ones(width) / width, "same")
    bounds = [0]
    while rows - bounds[-1] > longest:
        low = bounds[-1] + shortest
        high = min(bounds[-1] + longest, rows - shortest // 2)
        bounds.append(low + int(np.argmin(around[low:high])))
    edges = [*(bound * hop for bound in bounds), len(samples)]
    return list(itertools.pairwise(edges))


def hold_out(takes: Sequence[int], named: Sequence[bool]) -> list[list[str]]:
    """ "train" or "test" for each utterance of each take.

    ``takes`` counts the utterances of each take; ``named`` marks takes that are held out by name.
    Without any, every tenth take is, or with fewer than ten takes every tenth utterance, from the
    fifth on; a single utterance is for training.
    """
    if any(named):
        return [["test" if out else "train"] * n for n, out in zip(takes, named, strict=True)]
    if len(takes) >= _EVERY:
        return [["test" if i % _EVERY == 4 else "train"] * n for i, n in enumerate(takes)]
    total = sum(takes)
    first = min(_EVERY // 2, total) - 1 if total > 1 else total
    splits = ["test" if i >= first and (i - first) % _EVERY == 0 else "train" for i in range(total)]
    ends = np.cumsum([0, *takes])
    return [splits[a:b] for a, b in itertools.pairwise(ends)]
