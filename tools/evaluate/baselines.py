"""What the network has to beat, and what its teacher reaches with the labels in hand."""

import numpy as np

from model.audio_features import HOP
from model.channels import ARKIT_52
from model.lip_seal import apply_seal
from tools.teacher.teach import teach


def loudness_jaw(samples: np.ndarray) -> np.ndarray:
    """Channels [T, 52] of a jaw that follows loudness over 25 dB and knows nothing of phones."""
    count = -(-len(samples) // HOP)
    padded = np.pad(samples, (HOP, 2 * HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2 * HOP)[::HOP][:count]
    level = 10 * np.log10(np.mean(frames**2, 1) + 1e-9)
    values = np.zeros((count, 52), np.float32)
    loudest = np.percentile(level, 95)
    values[:, ARKIT_52.index("jawOpen")] = np.clip((level - loudest + 25) / 25, 0, 1)
    return values


def taught(phones: list[tuple[str, float, float]], samples: np.ndarray) -> np.ndarray:
    """Channels [T, 52] that the teacher makes from the labels."""
    return apply_seal(ARKIT_52, teach(phones, samples))
