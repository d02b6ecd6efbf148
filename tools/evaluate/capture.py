"""The capture score: predicted lips and brows against those of filmed speakers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from tools.teacher.lip_geometry import width as mouth_width

from .captured_face import CapturedFace
from .face_measures import brow_raise
from .lag import RATE, best_lag, mean_correlation

_MAX_LAG = 15


@dataclass(frozen=True)
class CaptureScore:
    """Means over the utterances of Pearson's correlation; nan for what was not measured.

    Attributes:
        aperture: lip opening with inner-lip aperture, at the best common lag.
        aperture_lag_ms: that lag, positive when the curves are late.
        speech_aperture: the same at the same lag, in the frames of speech alone: a speaker's
            lips may hang open while he is silent.
        width: mouth width with the distance of the corners, at the best common lag.
        width_lag_ms: that lag.
        brows: brow raise with brow height at the lag of the aperture, as slow movements fit
            somewhere by chance.
    """

    aperture: float
    aperture_lag_ms: float
    speech_aperture: float
    width: float
    width_lag_ms: float
    brows: float


@dataclass(frozen=True)
class Compared:
    """One utterance.

    Attributes:
        face: what was filmed.
        values: curves [T, 52], ARKIT_52 order, 100 Hz.
        speech: whether each frame is speech, bool [T]; None where no phones are known.
    """

    face: CapturedFace
    values: np.ndarray
    speech: np.ndarray | None


def capture_score(items: Sequence[Compared]) -> CaptureScore:
    """Scores curves against the faces that were filmed with the sound."""
    opening = [lip_opening(ARKIT_52, one.values) for one in items]
    pairs = [(track, one.face.aperture) for track, one in zip(opening, items, strict=True)]
    spoken = [
        (np.where(one.speech, track, np.nan), one.face.aperture)
        for track, one in zip(opening, items, strict=True)
        if one.speech is not None
    ]
    width = [(mouth_width(one.values), one.face.width) for one in items]
    brows = [
        (brow_raise(one.values), one.face.brows) for one in items if one.face.brows is not None
    ]
    aperture, lag_ms = best_lag(pairs, _MAX_LAG)
    lag = round(lag_ms * RATE / 1000)
    return CaptureScore(
        aperture,
        lag_ms,
        mean_correlation(spoken, lag),
        *best_lag(width, _MAX_LAG),
        mean_correlation(brows, lag),
    )
