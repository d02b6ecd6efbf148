"""Captures as ``.npz``: ``bs`` [F, C], ``names`` [C], ``t`` [F] in seconds or ``fps``.

``g_lip_inner`` [F] is taken as the lip gap where it is there. Scores of MediaPipe are known by
their first channel, ``_neutral``.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from model.input_files import NpzArchive, NpzError, open_npz

from .track import ActorError, Track, checked

_MOST_BYTES = 1 << 32
"""What the arrays may take: hours of any tracker."""


def read_capture_npz(path: Path) -> Track:
    """Reads one file. Raises `ActorError` where an array is missing or does not fit."""
    try:
        with open_npz(path, _MOST_BYTES) as archive:
            names = tuple(map(str, _read(archive, "names", "U")))
            values = _read(archive, "bs", "fiu").astype(np.float32)
            if "t" in archive:
                times = _read(archive, "t", "fiu").astype(np.float64)
            else:
                times = np.arange(len(values)) / _rate(archive)
            lip_gap = _read(archive, "g_lip_inner", "fiu") if "g_lip_inner" in archive else None
    except (ValueError, TypeError) as error:
        raise ActorError(f"{path} is no capture with bs, names and t or fps ({error}).") from error
    fits = values.shape == (len(times), len(names)) and len(times)
    if not fits or (lip_gap is not None and lip_gap.shape != times.shape):
        raise ActorError(f"{path}: bs {values.shape}, {len(names)} names and {len(times)} times.")
    return checked(Track(times, names, values, lip_gap, scores="_neutral" in names), path)


def _rate(archive: NpzArchive) -> float:
    """Frames a second. Raises NpzError where it is none."""
    fps = archive.read("fps")
    if fps.size != 1 or fps.dtype.kind not in "fiu" or not fps.item() > 0:
        raise NpzError('"fps" is no rate')
    return float(fps.item())


def _read(archive: NpzArchive, name: str, kinds: str) -> np.ndarray:
    """An array of one of NumPy's kinds, with at least one axis. Raises NpzError for another."""
    array = archive.read(name)
    if array.dtype.kind not in kinds or array.ndim == 0:
        raise NpzError(f'"{name}" is {array.dtype} {array.shape}')
    return array
