"""Hides bands of the spectrum, so that no sound is told by one band alone.

Frequency masks after D. Park et al., "SpecAugment", Interspeech 2019. Time is not masked: a gap in
the sound is what a closure of the lips sounds like.
"""

import numpy as np

_WIDEST = 7  # of 40 mels
_SHARE = 0.35


def mask_bands(mel: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Log mel energies [T, M] with up to two random bands held at their mean over the crop."""
    masked = mel.copy()
    for _ in range(2):
        if rng.random() < _SHARE:
            width = int(rng.integers(1, _WIDEST + 1))
            low = int(rng.integers(0, mel.shape[1] - width))
            masked[:, low : low + width] = masked[:, low : low + width].mean(0)
    return masked
