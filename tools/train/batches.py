"""Batches of augmented crops, the same for the same seed and step."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.audio_features import HOP, SAMPLE_RATE, log_mel, mfcc_from_log_mel
from model.channels import ARKIT_52
from tools.data.cache import Utterance, load

from .augment import no_speech, vary_log_mel, vary_waveform
from .config import TrainConfig
from .targets import UNKNOWN, corpus_targets, rows

_MARGIN = 3  # frames beyond the crop on each side, so that deltas at its edges are true


@dataclass(frozen=True)
class Batch:
    """features [B, T + right, F]; raw targets [B, T, C]; phone classes [B, T]; known [B, T]."""

    features: np.ndarray
    raw: np.ndarray
    phones: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class _Corpus:
    utterances: list[Utterance]
    starts: np.ndarray
    raw: np.ndarray
    phones: np.ndarray


class BatchMaker:
    """Draws batches from the cache."""

    def __init__(self, config: TrainConfig, cache: Path, targets: Path) -> None:
        self.config = config
        self.frames = round(config.seconds * SAMPLE_RATE / HOP)
        self.corpora: dict[str, _Corpus] = {}
        for name in config.corpora:
            utterances = [u for u in load(cache, [name], "train") if u.phones]
            raw, phones = corpus_targets(utterances, targets)
            starts = np.concatenate([[0], np.cumsum([rows(u) for u in utterances])])
            self.corpora[name] = _Corpus(utterances, starts, raw, phones)
        shares = np.array([config.corpora[name] for name in self.corpora])
        self.shares = shares / shares.sum()

    def batch(self, step: int) -> Batch:
        """The batch of one step."""
        rng = np.random.default_rng((self.config.seed, step))
        crops = [self._crop(rng) for _ in range(self.config.batch)]
        features, raw, phones = (np.stack(part) for part in zip(*crops, strict=True))
        known = (phones != UNKNOWN).astype(np.float32)
        return Batch(features, raw, phones.astype(np.int64), known)

    def feature_statistics(self, batches: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation [F] over the first batches."""
        sample = np.concatenate(
            [self.batch(step).features.reshape(-1, self._width) for step in range(batches)]
        )
        return sample.mean(0), sample.std(0) + 1e-3

    @property
    def _width(self) -> int:
        return self.config.network.features.size

    def _crop(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        config = self.config.network
        heard = self.frames + config.right + 2 * _MARGIN
        raw = np.zeros((self.frames, len(ARKIT_52)), np.float32)
        phones = np.zeros(self.frames, np.int16)
        if rng.random() < self.config.noise_share:
            sound = no_speech(heard * HOP, rng)
        else:
            sound = self._speech(heard, raw, phones, rng)
            other = self._speech(heard, raw.copy(), phones.copy(), rng)
            sound = vary_waveform(sound, other, rng)
        mel = vary_log_mel(log_mel(sound, config.features), config.features, rng)
        features = mfcc_from_log_mel(mel, config.features)
        return features[_MARGIN : _MARGIN + self.frames + config.right], raw, phones

    def _speech(
        self, heard: int, raw: np.ndarray, phones: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        """Fills raw and phones; returns the sound [heard * HOP] they belong to.

        Tempo and pitch vary together by resampling; silence pads what the utterance lacks.
        """
        corpus = self.corpora[rng.choice(list(self.corpora), p=self.shares)]
        index = int(rng.integers(len(corpus.utterances)))
        utterance = corpus.utterances[index]
        speed = rng.uniform(0.86, 1.16)
        length = rows(utterance)
        spare = length / speed - self.frames
        first = rng.uniform(min(spare, 0) - 30, max(spare, 0) + 30)  # in crop frames
        samples = utterance.samples()
        place = (np.arange(heard * HOP) + (first - _MARGIN) * HOP) * speed
        sound = np.interp(place, np.arange(len(samples)), samples, left=0.0, right=0.0)

        source = np.round((np.arange(self.frames) + first) * speed).astype(int)
        inside = (source >= 0) & (source < length)
        rows_of = corpus.starts[index] + source[inside]
        raw[inside] = corpus.raw[rows_of]
        phones[inside] = corpus.phones[rows_of]
        return sound.astype(np.float32)
