"""Captures as ``.npz``: ``bs`` [F, C], ``names`` [C], ``t`` [F] in seconds or ``fps``.

``g_lip_inner`` [F] is taken as the lip gap where it is there. Scores of MediaPipe are known by
their first channel, ``_neutral``.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from .track import ActorError, Track

_DAMAGE = (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError, zipfile.BadZipFile)


def read_capture_npz(path: Path) -> Track:
    """Reads one file. Raises `ActorError` where an array is missing or does not fit."""
    try:
        with np.load(path, allow_pickle=False) as archive:
            names = tuple(str(name) for name in archive["names"])
            values = archive["bs"].astype(np.float32)
            if "t" in archive.files:
                times = archive["t"].astype(np.float64)
            else:
                times = np.arange(len(values)) / float(archive["fps"])
            lip_gap = archive["g_lip_inner"] if "g_lip_inner" in archive.files else None
    except _DAMAGE as error:
        raise ActorError(f"{path} is no capture with bs, names and t or fps ({error}).") from error
    fits = values.shape == (len(times), len(names)) and len(times)
    if not fits or (lip_gap is not None and lip_gap.shape != times.shape):
        raise ActorError(f"{path}: bs {values.shape}, {len(names)} names and {len(times)} times.")
    if np.any(np.diff(times) <= 0):
        raise ActorError(f"The times of {path} do not ascend; write it again.")
    return Track(times, names, values, lip_gap, scores="_neutral" in names)
