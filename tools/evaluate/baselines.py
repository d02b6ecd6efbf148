"""What the network has to beat, and what its teacher reaches with the labels in hand."""

import numpy as np

from model.channels import ARKIT_52
from model.features import HOP
from model.lip_seal import apply_seal
from tools.teacher.prosody import smooth
from tools.teacher.targets import make_targets

from .articulation import expected_opening
from .phone_classes import Phones, is_rounded, whole_vowels

_SMOOTHING = 0.012  # s


def loudness_jaw(samples: np.ndarray) -> np.ndarray:
    """Channels [T, 52] of a jaw that follows loudness and knows nothing of phones.

    Amplitude over its own 95th percentile, little smoothed: of several such jaws the one that
    shuts best at closures.
    """
    count = -(-len(samples) // HOP)
    padded = np.pad(samples, (HOP, 2 * HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2 * HOP)[::HOP][:count]
    amplitude = np.sqrt(np.mean(frames.astype(float) ** 2, 1))
    loud = np.percentile(amplitude, 95) if count else 0.0
    values = np.zeros((count, len(ARKIT_52)), np.float32)
    jaw = np.clip(amplitude / max(loud, 1e-9), 0, 1)
    values[:, ARKIT_52.index("jawOpen")] = smooth(jaw, _SMOOTHING)
    return values


def taught(phones: Phones, samples: np.ndarray, arousal: float = 0.0) -> np.ndarray:
    """Channels [T, 52] that the teacher makes from the labels."""
    return apply_seal(ARKIT_52, make_targets(phones, samples, arousal))


def drawn(phones: Phones, samples: np.ndarray) -> np.ndarray:
    """Channels [T, 52] that are the score's own expectation: a check of its definitions."""
    count = -(-len(samples) // HOP)
    values = np.zeros((count, len(ARKIT_52)), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = np.nan_to_num(expected_opening(phones, count))
    for phone, start, end in whole_vowels(phones):
        if is_rounded(phone):
            values[round(start * 100) : round(end * 100), ARKIT_52.index("mouthPucker")] = 1.0
    return values
