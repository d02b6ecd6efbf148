"""Lip opening and mouth width, of channels and of films."""

from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import LOWER, UPPER, apply_seal, lip_opening

_COLUMN = {name: index for index, name in enumerate(ARKIT_52)}
WIDTH_SHARES: dict[str, float] = {
    "mouthStretchLeft": 0.5, "mouthStretchRight": 0.5, "mouthSmileLeft": 0.5,
    "mouthSmileRight": 0.5, "mouthPucker": -1.0, "mouthFunnel": -0.4, "jawOpen": -0.15,
}  # fmt: skip
"""Addition of each full shape to the width of the mouth, in units of a full pucker's narrowing.

Rounded, and cautious with the stretch: a regression of filmed widths on MediaPipe's scores of three
speakers gave 0.5 to 1.9 for a smile, 1.1 to 2.3 for a stretch, -0.6 to -1.7 for the funnel and -0.2
to -0.5 for the jaw.
"""

_OPENERS = [_COLUMN[name] for name in ("jawOpen", *LOWER, *UPPER)]
_SPREADERS = [
    _COLUMN[name]
    for name in ("mouthStretchLeft", "mouthStretchRight", "mouthSmileLeft", "mouthSmileRight")
]
_LEAST = 0.03  # opening below which no factor is formed


def aperture(channels: np.ndarray) -> np.ndarray:
    """Lip opening [T] of channels [T, 52]."""
    return lip_opening(ARKIT_52, channels)


def width(channels: np.ndarray) -> np.ndarray:
    """Mouth width [T] of channels [T, 52], 0 at rest, in shape-key units."""
    return sum(share * channels[:, _COLUMN[name]] for name, share in WIDTH_SHARES.items())


def read_film(path: Path, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Inner-lip aperture and mouth width [frames] at 100 Hz of a film's measures.

    ``path`` is an npz with ``t`` [N] in s, ``g_lip_inner`` and ``g_mouth_w`` [N], both over the
    distance of the outer eye corners. The value at rest is subtracted: the 5th percentile of the
    aperture, the median of the width.
    """
    with np.load(path, allow_pickle=False) as film:
        time, lips, wide = film["t"], film["g_lip_inner"], film["g_mouth_w"]
    seen = np.isfinite(lips) & np.isfinite(wide)
    at = np.arange(frames) / 100
    lips, wide = (np.interp(at, time[seen], values[seen]) for values in (lips, wide))
    return lips - np.percentile(lips, 5), wide - np.median(wide)


def moved(raw: np.ndarray, opening: np.ndarray, wide: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Raw targets [T, 52] whose lips go a part of the way to an opening and a width.

    Args:
        raw: the teacher's targets.
        opening: lip opening to go to, [T].
        wide: width of the mouth to go to, [T].
        share: how much of the way, [T] in 0..1; 0 leaves a frame as it is.
    """
    channels = apply_seal(ARKIT_52, raw)
    own = aperture(channels)
    wanted = own + share * (np.maximum(opening, 0.0) - own)
    factor = np.clip(wanted / np.maximum(own, _LEAST), 0.4, 2.0)
    result = raw.copy()
    result[:, _OPENERS] *= np.where(share > 0, factor, 1.0)[:, None]
    change = share * np.clip(wide - width(channels), -0.4, 0.4)
    result[:, _SPREADERS] += np.maximum(change, 0.0)[:, None]
    result[:, _COLUMN["mouthPucker"]] += np.maximum(-change, 0.0)
    return np.clip(result, 0.0, 1.0)
