"""The targets of utterances: the mouth from the phones, the upper face from the prosody."""

from collections.abc import Iterator, Sequence

import numpy as np

from model.channels import ARKIT_52
from tools.data.cache import Utterance
from tools.data.phones import SILENCE, VOWELS

from .articulation import ARTICULATORS
from .coarticulation import Span, articulators, lip_seal
from .filmed_motion import filmed_motion
from .lip_geometry import moved
from .prosody import Prosody, arousals, prosody, smooth

_WIDER = 0.28  # of the opening, at full arousal
# Mean and deviation of the table's opening and width in speech, in shape-key units.
_OPENING, _WIDTH = (0.20, 0.107), (-0.155, 0.25)
_FILMED = 0.65  # of the way from the table to film, in consonants
_LIVELIER = 1.4  # the network's deviations are smaller than the film's, as of any regression
_FADE = 0.03  # s
_ROLL = list(ARTICULATORS).index("roll_lower")
_COLUMN = {name: index for index, name in enumerate(ARKIT_52)}


def utterance_targets(utterances: Sequence[Utterance]) -> Iterator[np.ndarray]:
    """Raw targets [T, 52] of each utterance, its arousal taken from its speaker's average."""
    sounds = [utterance.samples() for utterance in utterances]
    excitement = arousals(sounds, [utterance.speaker for utterance in utterances])
    for utterance, sound, arousal in zip(utterances, sounds, excitement, strict=True):
        yield make_targets(utterance.phones or (), sound, float(arousal))


def make_targets(phones: Sequence[Span], samples: np.ndarray, arousal: float = 0.0) -> np.ndarray:
    """Raw targets [T, 52] in 0..1 at 100 Hz; two columns hold contacts of the lips.

    model.lip_seal.apply_seal turns them into ARKit channels.

    Args:
        phones: (IPA phone, start, end) in seconds, ascending.
        samples: float32 [N] at 16 kHz; T = ceil(N / 160).
        arousal: -1 (bored, sad) to 1 (angry, joyful): see prosody.arousals.
    """
    voice = prosody(samples)
    frames = len(voice.level)
    raw = np.zeros((frames, len(ARKIT_52)), np.float32)
    moves = articulators(phones, frames)
    # Loud phrases and excited voices open wider; loud syllables do not, as vowels set those.
    effort = np.clip(1.0 + 0.012 * smooth(voice.level, 0.3), 0.88, 1.12)
    effort = effort * (1.0 + _WIDER * arousal)
    for index, (name, channels) in enumerate(ARTICULATORS.items()):
        track = moves[:, index] * effort if name in ("jaw", "lower", "upper") else moves[:, index]
        for channel in channels:
            raw[:, _COLUMN[channel]] = track
    seal = lip_seal(phones, frames)
    raw[:, _COLUMN["mouthClose"]] = seal
    if phones:
        raw = _as_filmed(np.clip(raw, 0.0, 1.0), phones, moves, seal, effort)
    _upper_face(raw, voice, arousal)
    return np.clip(raw, 0.0, 1.0)


def _as_filmed(
    raw: np.ndarray,
    phones: Sequence[Span],
    moves: np.ndarray,
    seal: np.ndarray,
    effort: np.ndarray,
) -> np.ndarray:
    """Raw targets [T, 52] that move as films of these sounds do between vowels and contacts.

    Vowels keep the table's order of heights, contacts its times.
    """
    consonant = np.zeros(len(raw))
    for phone, start, end in phones:
        if phone != SILENCE and phone not in VOWELS:
            consonant[round(start * 100) : round(end * 100)] = 1.0
    touch = np.maximum(seal, moves[:, _ROLL])
    share = _FILMED * smooth(consonant, _FADE) * (1.0 - touch)
    opening, wide = filmed_motion(phones, moves, seal)
    opening = (_OPENING[0] + _LIVELIER * _OPENING[1] * opening) * effort
    wide = _WIDTH[0] + _LIVELIER * _WIDTH[1] * wide
    return moved(raw, opening, wide, share)


def _upper_face(raw: np.ndarray, voice: Prosody, arousal: float) -> None:
    """Brows, lids, cheeks and nose follow pitch accents, effort and arousal during speech."""
    liveliness = 1.0 + 0.6 * arousal
    excited, low = max(arousal, 0.0) * voice.speech, max(-arousal, 0.0) * voice.speech
    accent = liveliness * np.clip(voice.semitones - 0.5, 0, 6) / 6 * voice.speech
    gravity = np.clip(-voice.semitones - 0.5, 0, 5) / 5 * voice.speech
    effort = liveliness * np.clip(voice.level, 0, 8) / 8 * voice.speech
    tracks = {
        ("browInnerUp",): 0.48 * accent + 0.12 * excited,
        ("browOuterUpLeft", "browOuterUpRight"): 0.34 * accent + 0.16 * excited,
        ("browDownLeft", "browDownRight"): 0.22 * effort * gravity + 0.06 * effort,
        ("eyeWideLeft", "eyeWideRight"): 0.22 * accent + 0.10 * excited,
        ("eyeSquintLeft", "eyeSquintRight"): 0.12 * effort * (1 - np.clip(accent, 0, 1)),
        ("eyeBlinkLeft", "eyeBlinkRight"): 0.14 * low,
        ("noseSneerLeft", "noseSneerRight"): 0.08 * effort + 0.10 * excited,
    }
    for channels, track in tracks.items():
        for channel in channels:
            raw[:, _COLUMN[channel]] = track
    for side in ("Left", "Right"):
        smile = raw[:, _COLUMN[f"mouthSmile{side}"]]
        raw[:, _COLUMN[f"cheekSquint{side}"]] = 0.5 * smile + 0.08 * effort + 0.20 * excited
