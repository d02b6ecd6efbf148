"""Batches of augmented crops, the same for the same seed and step."""

import logging
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.features import HOP, SAMPLE_RATE, from_log_mel, log_mel, with_pitch
from tools.data.cache import Utterance, load

from .augment import no_speech, vary_log_mel, vary_waveform
from .config import TrainConfig
from .masking import mask_bands
from .targets import UNKNOWN, CorpusTargets, Hear, corpus_targets, rows

_LOG = logging.getLogger(__name__)
_MARGIN = 4  # frames beyond the crop on each side, so that windows and deltas at its edges are true


class NoDataError(RuntimeError):
    """A cache without anything that could be learnt from."""


@dataclass(frozen=True)
class Batch:
    """One optimiser step's data.

    Attributes:
        steps: what the network hears, [B, T / stride + right, input_size].
        raw: raw targets [B, T, C], 0 where not known.
        phones: phone classes [B, T], UNKNOWN without a label.
        known: 1 where a channel's target is known, [B, T, C].
    """

    steps: np.ndarray
    raw: np.ndarray
    phones: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class _Corpus:
    utterances: list[Utterance]
    starts: np.ndarray
    ends: np.ndarray
    targets: CorpusTargets


class BatchMaker:
    """Draws batches from the cache; ``maker[step]`` is the batch of one step.

    ``hear`` is a trained network that fills what captured curves leave unknown.
    """

    def __init__(
        self,
        config: TrainConfig,
        cache: Path,
        targets: Path,
        split: str = "train",
        hear: Hear | None = None,
    ) -> None:
        self.config = config
        network = config.network
        blocks = round(config.seconds * SAMPLE_RATE / HOP / network.block_frames)
        self.frames = blocks * network.block_frames
        self.corpora: dict[str, _Corpus] = {}
        for name in config.corpora:
            utterances = [
                u for u in load(cache, [name], split) if u.phones or u.first_row is not None
            ]
            if not utterances:
                _LOG.warning('%s has no labelled "%s" utterances and is left out.', name, split)
                continue
            lengths = [rows(utterance) for utterance in utterances]
            starts = np.concatenate([[0], np.cumsum(lengths)])
            ends = np.cumsum(lengths) / np.sum(lengths)
            found = corpus_targets(utterances, targets, hear)
            self.corpora[name] = _Corpus(utterances, starts, ends, found)
        if not self.corpora:
            raise NoDataError(f'No corpus of the configuration has labelled "{split}" utterances.')
        shares = np.array([config.corpora[name] for name in self.corpora])
        self.shares = shares / shares.sum()

    def __len__(self) -> int:
        return self.config.steps

    def __getitem__(self, step: int) -> Batch:
        rng = np.random.default_rng((self.config.seed, step))
        crops = [self._crop(rng) for _ in range(self.config.batch)]
        steps, raw, phones, known = (np.stack(part) for part in zip(*crops, strict=True))
        return Batch(steps, raw, phones.astype(np.int64), known)

    def feature_statistics(self, batches: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation [input_size] over the first batches."""
        size = self.config.network.input_size
        sample = np.concatenate([self[step].steps.reshape(-1, size) for step in range(batches)])
        return sample.mean(0), sample.std(0) + 1e-3

    def _crop(self, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        network = self.config.network
        heard = self.frames + network.right * network.stride
        raw = np.zeros((self.frames, len(ARKIT_52)), np.float32)
        phones = np.zeros(self.frames, np.int16)
        known = np.ones((self.frames, len(ARKIT_52)), np.float32)
        count = heard + 2 * _MARGIN
        if rng.random() < self.config.noise_share:
            sound = no_speech(count * HOP, rng)
        else:
            sound = self._speech(count, raw, phones, known, rng)
            other = self._speech(count, raw.copy(), phones.copy(), known.copy(), rng)
            sound = vary_waveform(sound, other, rng)
        mel = vary_log_mel(log_mel(sound, network.features), network.features, rng)
        mel = mask_bands(mel, rng)
        features = with_pitch(from_log_mel(mel, network.features), sound, network.features)
        steps = features[_MARGIN : _MARGIN + heard].reshape(-1, network.input_size)
        return steps, raw, phones, known

    def _speech(
        self,
        count: int,
        raw: np.ndarray,
        phones: np.ndarray,
        known: np.ndarray,
        rng: np.random.Generator,
    ) -> np.ndarray:
        """Fills raw, phones and known; returns the sound [count * HOP] they belong to.

        Tempo and pitch vary together by resampling; silence pads what the utterance lacks.
        """
        corpus = self.corpora[rng.choice(list(self.corpora), p=self.shares)]
        index = int(np.searchsorted(corpus.ends, rng.random()))  # long ones as often as they last
        utterance = corpus.utterances[index]
        speed = rng.uniform(0.82, 1.2)
        length = rows(utterance)
        spare = length / speed - self.frames
        first = rng.uniform(min(spare, 0) - 30, max(spare, 0) + 30)  # in crop frames
        samples = utterance.samples()
        place = (np.arange(count * HOP) + (first - _MARGIN) * HOP) * speed
        sound = np.interp(place, np.arange(len(samples)), samples, left=0.0, right=0.0)

        source = np.round((np.arange(self.frames) + first) * speed).astype(int)
        inside = (source >= 0) & (source < length)
        chosen = corpus.starts[index] + source[inside]
        raw[inside] = corpus.targets.raw[chosen]
        phones[inside] = corpus.targets.phones[chosen]
        if corpus.targets.by_frame:
            known[inside] = (phones[inside] != UNKNOWN)[:, None]
        else:
            known[inside] = np.isfinite(raw[inside])
            np.nan_to_num(raw, copy=False)
        return sound.astype(np.float32)
