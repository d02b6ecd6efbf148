"""The capture score: predicted lip opening against the lips of filmed speakers."""

import json
from pathlib import Path

import numpy as np

from model.audio_file import read_audio
from model.channels import ARKIT_52
from model.opening import lip_opening
from model.runtime import Runtime

_MAX_LAG = 20


def lip_correlation(runtime: Runtime, folder: Path, ids: set[str] | None) -> tuple[float, float]:
    """Mean correlation with the inner-lip aperture at the best common lag, and that lag in ms.

    A positive lag means that the curves are late. ``folder`` holds ``index.jsonl`` with ``file``
    and ``motion`` (an npz with ``t`` [T] in seconds and ``g_lip_inner`` [T]); ``ids`` selects
    utterances, None takes all.
    """
    pairs = []
    for line in (folder / "index.jsonl").read_text(encoding="utf-8").splitlines():
        item = json.loads(line)
        if ids is not None and item["id"] not in ids:
            continue
        curves = runtime.predict(read_audio(folder / item["file"]))
        opening = lip_opening(ARKIT_52, curves.values)
        with np.load(folder / item["motion"], allow_pickle=False) as motion:
            time, lips = motion["t"], motion["g_lip_inner"]
        known = np.isfinite(lips)
        measured = np.interp(curves.times, time[known], lips[known])
        pairs.append((opening, measured))
    best = {lag: _mean_correlation(pairs, lag) for lag in range(-_MAX_LAG, _MAX_LAG + 1)}
    lag = max(best, key=best.get)
    return best[lag], 10.0 * lag


def _mean_correlation(pairs: list[tuple[np.ndarray, np.ndarray]], lag: int) -> float:
    values = []
    for opening, measured in pairs:
        a = opening[max(lag, 0) : len(opening) + min(lag, 0)]
        b = measured[max(-lag, 0) : len(measured) - max(lag, 0)]
        if a.std() > 1e-6 and b.std() > 1e-6:
            values.append(np.corrcoef(a, b)[0, 1])
    return float(np.mean(values)) if values else 0.0
