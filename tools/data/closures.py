"""Give synthetic stops the closure that goes before their burst."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .labels import Label
from .phones import SILENCE, normalise

_STOPS = frozenset("pbtdkɡq") | {"tʃ", "dʒ", "ts", "dz"}
_SILENT = 1e-3
_EDGE = 0.004
_KEEP = 0.02
_AFTER_PAUSE = 0.07


def claim_closures(
    labels: Sequence[Label], alphabet: str, samples: np.ndarray, rate: int
) -> list[Label]:
    """Move the start of each stop back over the digital silence right before it.

    espeak-ng reports a stop where it bursts and counts the silent closure to the sound before. At
    least 20 ms of that sound are kept. After a pause, where closure and pause sound the same, the
    last 70 ms are the closure's. `labels` (symbol, start, end in seconds) follow each other
    without gaps; `samples` [N] float at `rate` Hz. Raises `phones.UnknownSymbolError`.
    """
    sounding = np.flatnonzero(np.abs(samples) > _SILENT * max(float(np.abs(samples).max()), 1e-9))
    claimed = list(labels)
    for i in range(1, len(claimed)):
        (before, since, _), (symbol, burst, end) = claimed[i - 1], claimed[i]
        if normalise(symbol, alphabet)[0][0] not in _STOPS:
            continue
        # The burst may begin a few milliseconds before its event.
        k = int(np.searchsorted(sounding, (burst - _EDGE) * rate))
        closed_from = (sounding[k - 1] + 1) / rate if k else 0.0
        paused = normalise(before, alphabet)[0][0] == SILENCE
        earliest = max(since, burst - _AFTER_PAUSE) if paused else min(since + _KEEP, burst)
        start = min(max(closed_from, earliest), burst)
        if burst - start >= _EDGE:
            claimed[i - 1], claimed[i] = (before, since, start), (symbol, start, end)
    return claimed
