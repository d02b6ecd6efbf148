"""The capture score: predicted lips and brows against those of filmed speakers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.channels import ARKIT_52
from model.opening import lip_opening

from .captured_face import CapturedFace
from .face_measures import brow_raise, mouth_width
from .lag import best_lag

_MAX_LAG = 15


@dataclass(frozen=True)
class CaptureScore:
    """Mean correlations at the best common lag, and the lags in ms (positive: curves late).

    Brows are nan where the capture has none.
    """

    aperture: float
    aperture_lag_ms: float
    width: float
    width_lag_ms: float
    brows: float
    brows_lag_ms: float


def capture_score(items: Sequence[tuple[CapturedFace, np.ndarray]]) -> CaptureScore:
    """Scores curves [T, 52] (ARKIT_52 order, 100 Hz) against the faces filmed with the sound."""
    aperture = [(lip_opening(ARKIT_52, values), face.aperture) for face, values in items]
    width = [(mouth_width(values), face.width) for face, values in items]
    brows = [(brow_raise(values), face.brows) for face, values in items if face.brows is not None]
    return CaptureScore(
        *best_lag(aperture, _MAX_LAG), *best_lag(width, _MAX_LAG), *best_lag(brows, _MAX_LAG)
    )
