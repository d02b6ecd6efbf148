"""Short-time level of speech, for telling silence and for checking labels."""

from __future__ import annotations

import numpy as np

HOP = 0.005
_WINDOW = 0.010
_FLOOR_DB = -100.0


def level_curve(samples: np.ndarray, rate: int) -> tuple[np.ndarray, float]:
    """Level in dB of full scale over 10 ms around every 5 ms, and the hop in seconds.

    `samples` [N] float; the result [ceil(N / rate / HOP)] float64. Value i is centred on
    (i + 0.5) * HOP, so it stands for the span from i * HOP to (i + 1) * HOP.
    """
    hop, half = round(HOP * rate), round(_WINDOW * rate / 2)
    power = np.concatenate(([0.0], np.cumsum(np.square(samples, dtype=np.float64))))
    centres = np.arange(hop // 2, len(samples), hop)
    lo, hi = np.maximum(centres - half, 0), np.minimum(centres + half, len(samples))
    mean = (power[hi] - power[lo]) / np.maximum(hi - lo, 1)
    return 10.0 * np.log10(np.maximum(mean, 10.0 ** (_FLOOR_DB / 10.0))), HOP


def silence_threshold(level: np.ndarray) -> float:
    """Level below which a frame counts as silent: near the noise floor and far below speech.

    30 dB below the loud frames (95th percentile), raised to 6 dB above the floor (5th percentile)
    in noise, but never closer than 15 dB to the loud frames.
    """
    if not len(level):
        return _FLOOR_DB
    loud, floor = np.percentile(level, 95), np.percentile(level, 5)
    return float(min(max(loud - 30.0, floor + 6.0), loud - 15.0))
