"""One utterance's targets: the mouth from its phones, the upper face from its prosody."""

from collections.abc import Sequence

import numpy as np

from model.channels import ARKIT_52

from .articulation import ARTICULATORS
from .coarticulation import articulators, lip_seal
from .prosody import Prosody, prosody

_COLUMN = {name: index for index, name in enumerate(ARKIT_52)}


def teach(phones: Sequence[tuple[str, float, float]], samples: np.ndarray) -> np.ndarray:
    """Raw targets [T, 52] in 0..1 at 100 Hz; the mouthClose column holds the lip seal.

    model.lip_seal.apply_seal turns them into ARKit channels.

    Args:
        phones: (IPA phone, start, end) in seconds, ascending.
        samples: float32 [N] at 16 kHz; T = ceil(N / 160).
    """
    voice = prosody(samples)
    frames = len(voice.level)
    raw = np.zeros((frames, len(ARKIT_52)), np.float32)
    moves = articulators(phones, frames)
    effort = np.clip(1.0 + 0.012 * voice.level, 0.85, 1.2)
    for index, (name, channels) in enumerate(ARTICULATORS.items()):
        track = moves[:, index] * effort if name in ("jaw", "lower", "upper") else moves[:, index]
        for channel in channels:
            raw[:, _COLUMN[channel]] = track
    raw[:, _COLUMN["mouthClose"]] = lip_seal(phones, frames)
    _upper_face(raw, voice)
    return np.clip(raw, 0.0, 1.0)


def _upper_face(raw: np.ndarray, voice: Prosody) -> None:
    """Brows, lids, cheeks and nose follow pitch accents and effort while there is speech."""
    accent = np.clip(voice.semitones - 0.5, 0, 6) / 6 * voice.speech
    gravity = np.clip(-voice.semitones - 0.5, 0, 5) / 5 * voice.speech
    effort = np.clip(voice.level, 0, 8) / 8 * voice.speech
    tracks = {
        ("browInnerUp",): 0.48 * accent,
        ("browOuterUpLeft", "browOuterUpRight"): 0.34 * accent,
        ("browDownLeft", "browDownRight"): 0.22 * effort * gravity + 0.06 * effort,
        ("eyeWideLeft", "eyeWideRight"): 0.22 * accent,
        ("eyeSquintLeft", "eyeSquintRight"): 0.12 * effort * (1 - accent),
        ("noseSneerLeft", "noseSneerRight"): 0.08 * effort,
    }
    for channels, track in tracks.items():
        for channel in channels:
            raw[:, _COLUMN[channel]] = track
    for side in ("Left", "Right"):
        raw[:, _COLUMN[f"cheekSquint{side}"]] = (
            0.5 * raw[:, _COLUMN[f"mouthSmile{side}"]] + 0.08 * effort
        )
