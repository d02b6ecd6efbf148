"""The systems that are scored: networks, what they have to beat, and their teacher."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from model.channels import ARKIT_52
from model.features import HOP
from model.framing import frame_count
from model.lip_seal import apply_seal
from model.runtime import choose_runtime
from tools.data.cache import Utterance
from tools.teacher.prosody import arousals, smooth
from tools.teacher.targets import make_targets

from .conditions import CLEAN, Condition
from .phone_classes import Phones, expected_opening, is_rounded, whole_vowels

System = Callable[[Utterance], np.ndarray]
"""Channels [T, 52], ARKIT_52 order, 100 Hz, of an utterance."""

_SMOOTHING = 0.012  # s


def loudness(utterance: Utterance) -> np.ndarray:
    """Channels [T, 52] of a jaw that follows loudness and knows nothing of phones.

    Amplitude over its own 95th percentile, little smoothed. Of several such jaws, this one shuts
    best at closures.
    """
    samples = utterance.samples()
    count = frame_count(len(samples))
    padded = np.pad(samples, (HOP, 2 * HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, 2 * HOP)[::HOP][:count]
    amplitude = np.sqrt(np.mean(frames.astype(float) ** 2, 1))
    loud = np.percentile(amplitude, 95) if count else 0.0
    values = np.zeros((count, len(ARKIT_52)), np.float32)
    jaw = np.clip(amplitude / max(loud, 1e-9), 0, 1)
    values[:, ARKIT_52.index("jawOpen")] = smooth(jaw, _SMOOTHING)
    return values


def teacher_curves(phones: Phones, samples: np.ndarray, arousal: float = 0.0) -> np.ndarray:
    """Channels [T, 52] that the teacher makes of the labels."""
    return apply_seal(ARKIT_52, make_targets(phones, samples, arousal))


class Network:
    """A trained network, which analyzes each utterance once in each condition.

    Attributes:
        name: its name in the tables.
        weights: its file.
    """

    def __init__(self, name: str, weights: Path, conditions: Mapping[str, Condition]) -> None:
        """Raises WeightsError when the file cannot be used."""
        self.name = name
        self.weights = weights
        self._runtime = choose_runtime("numpy", weights)
        self._conditions = conditions
        self._curves: dict[tuple[str, str, str], np.ndarray] = {}

    def __call__(self, utterance: Utterance) -> np.ndarray:
        """Channels [T, 52] of the clean recording."""
        return self.under(CLEAN)(utterance)

    def of_sound(self, samples: np.ndarray) -> np.ndarray:
        """Channels [T, 52] of samples [N] at 16 kHz that belong to no corpus."""
        return self._runtime.predict(samples).values

    def under(self, condition: str) -> System:
        """The system that is given everything in one condition."""

        def analyze(utterance: Utterance) -> np.ndarray:
            key = (condition, utterance.corpus, utterance.id)
            if key not in self._curves:
                seed = crc32(f"{utterance.corpus} {utterance.id}".encode())
                samples = self._conditions[condition](utterance.samples(), seed)
                self._curves[key] = self._runtime.predict(samples).values
            return self._curves[key]

        return analyze


def teacher(utterance: Utterance) -> np.ndarray:
    """The teacher, which knows the phones."""
    return teacher_curves(utterance.phones or [], utterance.samples())


def teacher_of_actors(utterances: Sequence[Utterance]) -> System:
    """The teacher, which also knows how excited each utterance is for its speaker."""
    found = arousals([u.samples() for u in utterances], [u.speaker for u in utterances])
    excitement = {
        (u.corpus, u.id): float(arousal) for u, arousal in zip(utterances, found, strict=True)
    }

    def teach(utterance: Utterance) -> np.ndarray:
        arousal = excitement[utterance.corpus, utterance.id]
        return teacher_curves(utterance.phones or [], utterance.samples(), arousal)

    return teach


def from_labels(utterance: Utterance) -> np.ndarray:
    """The articulation score's own expectation, to check the score."""
    phones, count = utterance.phones or [], frame_count(utterance.length)
    values = np.zeros((count, len(ARKIT_52)), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = np.nan_to_num(expected_opening(phones, count))
    for phone, start, end in whole_vowels(phones):
        if is_rounded(phone):
            values[round(start * 100) : round(end * 100), ARKIT_52.index("mouthPucker")] = 1.0
    return values


def teacher_of_another_sentence(utterances: Sequence[Utterance]) -> System:
    """The teacher with the phones of the next utterance that has other words: chance."""
    wrong = {}
    for index, utterance in enumerate(utterances):
        rest = [*utterances[index + 1 :], *utterances[:index]]
        other = next((u for u in rest if u.text != utterance.text), utterance)
        wrong[utterance.corpus, utterance.id] = other.phones or []

    def teach_wrong(utterance: Utterance) -> np.ndarray:
        return teacher_curves(wrong[utterance.corpus, utterance.id], utterance.samples())

    return teach_wrong
