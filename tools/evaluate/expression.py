"""The expression score: does an excited voice move more of the face than a flat one?

Emo-DB's actors speak the same ten sentences in seven emotions. A file's name carries actor, text
and emotion: 03a01Fa is actor 03, text a01, emotion F.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from tools.teacher.prosody import prosody

from .effect_size import Effect, paired_effect
from .face_measures import brow_departure, brow_raise, cheek_raise, column
from .lag import best_lag
from .phone_classes import SILENCE, Phones

EXCITED, FLAT = frozenset("WF"), frozenset("LT")
EMOTIONS = {
    "W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "happiness",
    "T": "sadness", "N": "neutral",
}  # fmt: skip

_MOST_LAG = 15
_ENOUGH = 0.9  # of the frames in which there is speech


@dataclass(frozen=True)
class Performance:
    """One recording of an acted sentence.

    Attributes:
        name: Emo-DB's file name without its suffix.
        phones: what is said.
        values: a system's channels [T, 52] at 100 Hz.
    """

    name: str
    phones: Phones
    values: np.ndarray

    @property
    def actor(self) -> str:
        """Two digits."""
        return self.name[:2]

    @property
    def text(self) -> str:
        """The sentence's code, such as a01."""
        return self.name[2:5]

    @property
    def emotion(self) -> str:
        """A letter of EMOTIONS."""
        return self.name[5]


Measure = Callable[[np.ndarray, np.ndarray], float]
"""From the frames [T, 52] in which there is speech, and the face at rest [52], to one figure."""

MEASURES: dict[str, Measure] = {
    "opening, 90th percentile": lambda values, _: _percentile(lip_opening(ARKIT_52, values), 90),
    "jawOpen, 90th percentile": lambda values, _: _percentile(column(values, "jawOpen"), 90),
    "brow movement": lambda values, rest: float(brow_departure(values, rest).mean()),
    "brow range, 5th to 95th": lambda values, _: _range(brow_raise(values)),
    "cheek raise": lambda values, _: float(cheek_raise(values).mean()),
}


def excitement(performances: Sequence[Performance], measure: Measure) -> Effect:
    """Effect of anger and happiness over boredom and sadness on one measure.

    A pair is one actor's one sentence: the mean over its excited recordings against the mean
    over its flat ones. Sentences that lack either are left out.
    """
    rest = resting_face(performances)
    found: dict[tuple[str, str], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for one in performances:
        if one.emotion in EXCITED | FLAT:
            spoken = one.values[speech_frames(one.phones, len(one.values))]
            if len(spoken):
                flat, excited = found[one.actor, one.text]
                (excited if one.emotion in EXCITED else flat).append(measure(spoken, rest))
    pairs = [
        (np.mean(excited), np.mean(flat))
        for _, (flat, excited) in sorted(found.items())
        if flat and excited
    ]
    more, less = np.array(pairs).reshape(-1, 2).T
    return paired_effect(more, less)


def resting_face(performances: Sequence[Performance]) -> np.ndarray:
    """Median of each channel [52] over the labelled silences; zeros where there are none."""
    silent = [one.values[_labelled(one.phones, len(one.values), True)] for one in performances]
    frames = np.concatenate(silent) if silent else np.zeros((0, len(ARKIT_52)))
    return np.median(frames, axis=0) if len(frames) else np.zeros(len(ARKIT_52))


def speech_frames(phones: Phones, frames: int) -> np.ndarray:
    """Whether a phone that is no silence covers each frame, bool [frames]."""
    return _labelled(phones, frames, False)


def pitch_following(
    tracks: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray | None]],
) -> tuple[float, float, float]:
    """Does the brow rise with the pitch accents?

    Args:
        tracks: for each utterance the brow raise [T] at 100 Hz, its samples [N], and whether
            each frame is speech [T] (None: as the voice's level tells).

    Returns:
        Mean correlation of brow raise with pitch in semitones over the frames of speech, at no
        lag; the same at the best lag; and that lag in ms (positive: brows late).
    """
    pairs = []
    for brow, samples, speech in tracks:
        voice = prosody(samples)
        count = min(len(brow), len(voice.semitones))
        speaking = voice.speech[:count] > _ENOUGH if speech is None else speech[:count]
        pitch = np.where(speaking, voice.semitones[:count], np.nan)
        pairs.append((np.asarray(brow[:count], float), pitch))
    at_once, _ = best_lag(pairs, 0)
    best, lag = best_lag(pairs, _MOST_LAG)
    return at_once, best, lag


def _labelled(phones: Phones, frames: int, silent: bool) -> np.ndarray:
    marks = np.zeros(frames, bool)
    for phone, start, end in phones:
        if (phone == SILENCE) == silent:
            marks[round(start * 100) : round(end * 100)] = True
    return marks


def _percentile(track: np.ndarray, share: float) -> float:
    return float(np.percentile(track, share))


def _range(track: np.ndarray) -> float:
    return _percentile(track, 95) - _percentile(track, 5)
