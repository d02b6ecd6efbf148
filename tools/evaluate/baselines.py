"""What the network has to beat, and what its teacher reaches with the labels in hand."""

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import apply_seal
from tools.teacher.prosody import prosody
from tools.teacher.teach import teach


def loudness_jaw(samples: np.ndarray) -> np.ndarray:
    """Channels [T, 52] of a jaw that follows loudness and knows nothing of phones."""
    level = prosody(samples).level
    values = np.zeros((len(level), 52), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = np.clip((level + 25) / 40, 0, 1)
    return values


def taught(phones: list[tuple[str, float, float]], samples: np.ndarray) -> np.ndarray:
    """Channels [T, 52] that the teacher makes from the labels."""
    return apply_seal(ARKIT_52, teach(phones, samples))
