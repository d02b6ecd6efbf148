"""The teacher's lips in the terms in which filmed lips are measured."""

import numpy as np

from model.channels import ARKIT_52
from model.opening import lip_opening

_COLUMN = {name: index for index, name in enumerate(ARKIT_52)}
_WIDTH = {
    "mouthStretchLeft": 0.5, "mouthStretchRight": 0.5, "mouthSmileLeft": 0.5,
    "mouthSmileRight": 0.5, "mouthPucker": -1.0, "mouthFunnel": -0.4, "jawOpen": -0.15,
}  # fmt: skip


def aperture(channels: np.ndarray) -> np.ndarray:
    """Lip opening [T] of channels [T, 52]."""
    return lip_opening(ARKIT_52, channels)


def width(channels: np.ndarray) -> np.ndarray:
    """Mouth width [T] of channels [T, 52], 0 at rest, in shape-key units."""
    return sum(share * channels[:, _COLUMN[name]] for name, share in _WIDTH.items())


def filmed(path, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Inner-lip aperture and mouth width [frames] at 100 Hz of a film's measures.

    ``path`` is an npz with ``t`` [N] in s, ``g_lip_inner`` and ``g_mouth_w`` [N], both over the
    distance of the outer eye corners. Each is taken from its value at rest: the 5th percentile of
    the aperture, the median of the width.
    """
    with np.load(path, allow_pickle=False) as film:
        time, lips, wide = film["t"], film["g_lip_inner"], film["g_mouth_w"]
    seen = np.isfinite(lips) & np.isfinite(wide)
    at = np.arange(frames) / 100
    lips, wide = (np.interp(at, time[seen], values[seen]) for values in (lips, wide))
    return lips - np.percentile(lips, 5), wide - np.median(wide)
