"""The systems that are scored: each makes channels [T, 52] of an utterance."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from zlib import crc32

import numpy as np

from model.runtime import choose_runtime
from tools.data.cache import Utterance
from tools.teacher.prosody import arousals

from .baselines import drawn, loudness_jaw, taught
from .conditions import CLEAN, Condition
from .held_out import spans

System = Callable[[Utterance], np.ndarray]
"""Channels [T, 52], ARKIT_52 order, 100 Hz, of an utterance."""


class Network:
    """A trained network, which hears each utterance once in each condition.

    Attributes:
        name: what the tables call it.
        weights: its file.
    """

    def __init__(self, name: str, weights: Path, conditions: Mapping[str, Condition]) -> None:
        """Raises WeightsError when the file cannot be used."""
        self.name = name
        self.weights = weights
        self._runtime = choose_runtime("numpy", weights)
        self._conditions = conditions
        self._heard: dict[tuple[str, str, str], np.ndarray] = {}

    def __call__(self, utterance: Utterance) -> np.ndarray:
        """What it makes of the clean recording."""
        return self.under(CLEAN)(utterance)

    def of_sound(self, samples: np.ndarray) -> np.ndarray:
        """Channels [T, 52] of samples [N] at 16 kHz that belong to no corpus."""
        return self._runtime.predict(samples).values

    def under(self, condition: str) -> System:
        """The system that hears everything in one condition."""

        def hear(utterance: Utterance) -> np.ndarray:
            key = (condition, utterance.corpus, utterance.id)
            if key not in self._heard:
                seed = crc32(f"{utterance.corpus} {utterance.id}".encode())
                samples = self._conditions[condition](utterance.samples(), seed)
                self._heard[key] = self._runtime.predict(samples).values
            return self._heard[key]

        return hear


def loudness(utterance: Utterance) -> np.ndarray:
    """The loudness-driven jaw."""
    return loudness_jaw(utterance.samples())


def teacher(utterance: Utterance) -> np.ndarray:
    """The teacher, who is told the phones."""
    return taught(spans(utterance), utterance.samples())


def teacher_of_actors(utterances: Sequence[Utterance]) -> System:
    """The teacher, who also knows how excited each utterance is for its speaker."""
    found = arousals([u.samples() for u in utterances], [u.speaker for u in utterances])
    excitement = {
        (u.corpus, u.id): float(arousal) for u, arousal in zip(utterances, found, strict=True)
    }

    def teach(utterance: Utterance) -> np.ndarray:
        arousal = excitement[utterance.corpus, utterance.id]
        return taught(spans(utterance), utterance.samples(), arousal)

    return teach


def from_labels(utterance: Utterance) -> np.ndarray:
    """The score's own expectation."""
    return drawn(spans(utterance), utterance.samples())


def teacher_of_another_sentence(utterances: Sequence[Utterance]) -> System:
    """The teacher, who is told what the next utterance with other words says: chance."""
    other = {}
    for index, one in enumerate(utterances):
        rest = [*utterances[index + 1 :], *utterances[:index]]
        other[one.corpus, one.id] = next((u for u in rest if u.text != one.text), one)

    def teach_wrong(utterance: Utterance) -> np.ndarray:
        return taught(spans(other[utterance.corpus, utterance.id]), utterance.samples())

    return teach_wrong
