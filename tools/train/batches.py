"""Batches of augmented crops, the same for the same seed and step, and their targets.

Targets are captured curves where a corpus has them, else the teacher's, which are computed once and
kept beside the run.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

import tools.teacher
from model.channels import ARKIT_52
from model.features import HOP, SAMPLE_RATE, from_log_mel, log_mel, with_pitch
from model.lip_seal import remove_seal
from tools.data.cache import Utterance, curve_rows, load
from tools.data.phones import PHONES
from tools.data.sounds import load_noises, load_rooms
from tools.teacher.targets import utterance_targets

from .augmentation import Surroundings, mask_bands, vary_log_mel, vary_waveform
from .config import TrainConfig
from .nonspeech import no_speech, wrapped
from .pitch_shift import stretch

UNKNOWN = -100
"""Phone class of frames without a label; the loss leaves them out."""

_CLASS = {phone: index for index, phone in enumerate(PHONES)}

Predict = Callable[[np.ndarray], np.ndarray]
"""A trained network: channels [T, 52] of samples [N] at 16 kHz, T = ceil(N / 160)."""

_SHAPING = (
    "seed", "batch", "seconds", "noise_share", "corpora", "keep_unknown", "only_phone_head"
)  # fmt: skip

_SOURCES = ("augmentation.py", "batches.py", "nonspeech.py", "pitch_shift.py", "room_acoustics.py")

_SHIFTED_SHARE = 0.4
_PITCHES = np.log(0.67), np.log(1.5)

_BACKGROUND = "background_speech"

_LOG = logging.getLogger(__name__)
_MARGIN = 4  # frames beyond the crop on each side, so that windows and deltas at its edges are true


class NoDataError(RuntimeError):
    """A cache that holds nothing to train on."""


@dataclass(frozen=True)
class Batch:
    """One optimiser step's data.

    Attributes:
        steps: the network's input, [B, T / stride + right, input_size].
        raw: raw targets [B, T, C], 0 where not known.
        phones: phone classes [B, T], UNKNOWN without a label.
        known: 1 where a channel's target is known, [B, T, C].
    """

    steps: np.ndarray
    raw: np.ndarray
    phones: np.ndarray
    known: np.ndarray


@dataclass(frozen=True)
class CorpusTargets:
    """Rows of all utterances end to end, ceil(length / 160) each.

    Attributes:
        raw: raw outputs [T, 52]; NaN where a capture has nothing.
        phones: phone class [T] int16, UNKNOWN without a label.
        by_frame: True when frames without a phone have no target (the teacher's), False when
            finite values are targets (captured).
    """

    raw: np.ndarray
    phones: np.ndarray
    by_frame: bool


@dataclass(frozen=True)
class _Corpus:
    """Utterances with each one's first row of the targets and its end as a share of all rows."""

    utterances: list[Utterance]
    starts: np.ndarray
    ends: np.ndarray
    targets: CorpusTargets


class BatchMaker:
    """Draws batches from the cache; ``maker[step]`` is the batch of one step.

    ``predict`` is a trained network whose outputs fill the gaps of captured curves.
    """

    def __init__(
        self,
        config: TrainConfig,
        cache: Path,
        targets: Path,
        split: str = "train",
        predict: Predict | None = None,
    ) -> None:
        self.config = config
        self._split = split
        network = config.network
        blocks = round(config.seconds * SAMPLE_RATE / HOP / network.block_frames)
        self.frames = blocks * network.block_frames
        self.corpora: dict[str, _Corpus] = {}
        there = [name for name in config.corpora if (cache / name / "index.jsonl").is_file()]
        missing = sorted(config.corpora.keys() - there)
        if missing and there:
            _LOG.warning("Left out, not in the cache: %s.", ", ".join(missing))
        for name in there or config.corpora:
            utterances = [
                u for u in load(cache, [name], split) if u.phones or u.first_row is not None
            ]
            if not utterances:
                _LOG.warning('%s has no labelled "%s" utterances and is left out.', name, split)
                continue
            stops = np.cumsum([curve_rows(u.length) for u in utterances])
            if config.only_phone_head:
                found = phones_alone(utterances)
            else:
                found = corpus_targets(utterances, targets, predict)
            starts = np.concatenate([[0], stops])
            self.corpora[name] = _Corpus(utterances, starts, stops / stops[-1], found)
        if not self.corpora:
            raise NoDataError(f'No corpus of the configuration has labelled "{split}" utterances.')
        self._people = _by_speaker(self.corpora, cache, split)
        self._around = Surroundings(*_recorded(cache, split), self._voices)
        shares = np.array([config.corpora[name] for name in self.corpora])
        self.shares = shares / shares.sum()

    def __getitem__(self, step: int) -> Batch:
        rng = np.random.default_rng((self.config.seed, step))
        crops = [self._crop(rng) for _ in range(self.config.batch)]
        steps, raw, phones, known = (np.stack(part) for part in zip(*crops, strict=True))
        return Batch(steps, raw, phones.astype(np.int64), known)

    def fingerprint(self) -> str:
        """A name for what all batches follow from: settings, data and code."""
        settings = asdict(self.config)
        shaping = {name: settings[name] for name in _SHAPING}
        digest = hashlib.sha256(f"{shaping} {self._split} {self.frames}".encode())
        network = self.config.network
        digest.update(f"{network.features} {network.stride} {network.right}".encode())
        for name in _SOURCES:
            digest.update(Path(__file__).with_name(name).read_bytes())
        for name, corpus in self.corpora.items():
            digest.update(f"{name} {_fingerprint(corpus.utterances)}".encode())
            if not corpus.targets.by_frame:
                digest.update(np.ascontiguousarray(corpus.targets.raw).tobytes())
        return digest.hexdigest()[:16]

    def feature_statistics(self, batches: int) -> tuple[np.ndarray, np.ndarray]:
        """Mean and standard deviation [input_size] over the first batches."""
        size = self.config.network.input_size
        sample = np.concatenate([self[step].steps.reshape(-1, size) for step in range(batches)])
        return sample.mean(0), sample.std(0) + 1e-3

    def _crop(self, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        network = self.config.network
        frames = self.frames + network.right * network.stride
        count = frames + 2 * _MARGIN
        if rng.random() < self.config.noise_share:
            targets = self._at_rest()
            sound, raised = no_speech(count * HOP, rng, self._around.noises), 1.0
        else:
            sound, raised, *targets = self._speech(count, rng)
            sound = vary_waveform(sound, self._around, rng)
        mel = vary_log_mel(log_mel(sound, network.features), network.features, rng, raised)
        mel = mask_bands(mel, rng)
        features = with_pitch(from_log_mel(mel, network.features), sound, network.features)
        steps = features[_MARGIN : _MARGIN + frames].reshape(-1, network.input_size)
        return steps, *targets

    def _at_rest(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Raw targets, phones and known channels of a crop in which nobody speaks."""
        shape = (self.frames, len(ARKIT_52))
        return (
            np.zeros(shape, np.float32), np.zeros(self.frames, np.int16), np.ones(shape, np.float32)
        )  # fmt: skip

    def _speech(self, count: int, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
        """A random crop: its sound [count * HOP], raw targets, phones and known channels.

        Tempo and pitch vary together by resampling; silence pads what the utterance lacks.
        """
        corpus = self.corpora[rng.choice(list(self.corpora), p=self.shares)]
        index = int(np.searchsorted(corpus.ends, rng.random()))  # long ones as often as they last
        utterance = corpus.utterances[index]
        speed = rng.uniform(0.82, 1.2)
        pitch = speed  # cheap, and a voice as true as it was
        if rng.random() < _SHIFTED_SHARE:
            pitch = float(np.clip(np.exp(rng.uniform(*_PITCHES)), 0.7 * speed, 1.5 * speed))
        length = curve_rows(utterance.length)
        spare = length / speed - self.frames
        first = rng.uniform(min(spare, 0) - 30, max(spare, 0) + 30)  # in crop frames
        samples = utterance.samples()
        read = count * HOP if pitch == speed else round(count * HOP * speed / pitch)
        place = np.arange(read) * pitch + (first - _MARGIN) * HOP * speed
        sound = np.interp(place, np.arange(len(samples)), samples, left=0.0, right=0.0)
        if pitch != speed:
            sound = stretch(sound, count * HOP)

        raw, phones, known = self._at_rest()
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
        return sound.astype(np.float32), pitch / speed, raw, phones, known

    def _voices(self, number: int, count: int, rng: np.random.Generator) -> list[np.ndarray]:
        """Speech [count] of different people of any corpus, wherever in their recordings."""
        people = rng.choice(len(self._people), min(number, len(self._people)), replace=False)
        voices = []
        for person in people:
            spoken = self._people[person]
            utterance = spoken[rng.integers(len(spoken))]
            start = int(rng.integers(max(utterance.length, 1)))
            voices.append(wrapped(utterance.samples(), start, count))
        return voices


def _by_speaker(corpora: dict[str, _Corpus], cache: Path, split: str) -> list[list[Utterance]]:
    """Utterances of each speaker of the corpora and of what is there for backgrounds alone."""
    spoken = [u for corpus in corpora.values() for u in corpus.utterances]
    if (cache / _BACKGROUND / "index.jsonl").is_file():
        spoken += load(cache, [_BACKGROUND], split)
    speakers: dict[tuple[str, str | None], list[Utterance]] = {}
    for utterance in spoken:
        if utterance.length:
            speakers.setdefault((utterance.corpus, utterance.speaker), []).append(utterance)
    return list(speakers.values())


def _recorded(cache: Path, split: str) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Noises and rooms of the cache, none where they were not made."""
    if not (cache / "sounds").is_dir():
        _LOG.warning("There are no recorded noises and rooms in the cache; made-up ones serve.")
        return [], []
    return load_noises(cache, split), load_rooms(cache, split)


def corpus_targets(
    utterances: list[Utterance], folder: Path, predict: Predict | None = None
) -> CorpusTargets:
    """Targets of a corpus.

    The teacher's are kept in ``folder`` until its code or the utterances change. ``predict`` fills
    channels and frames that are missing from captured curves; without it they stay unknown.
    """
    if utterances[0].first_row is not None:
        raw = np.concatenate([_captured(u, predict) for u in utterances])
        return CorpusTargets(raw, np.concatenate([phone_classes(u) for u in utterances]), False)
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{utterances[0].corpus}-{_fingerprint(utterances)}"
    raw_file, phone_file = stem.with_suffix(".raw.npy"), stem.with_suffix(".phone.npy")
    if not (raw_file.is_file() and phone_file.is_file()):
        total = sum(curve_rows(u.length) for u in utterances)
        raw = np.empty((total, len(ARKIT_52)), np.float16)
        phone = np.empty(total, np.int16)
        start = 0
        for utterance, targets in zip(utterances, utterance_targets(utterances), strict=True):
            stop = start + curve_rows(utterance.length)
            raw[start:stop] = targets
            phone[start:stop] = phone_classes(utterance)
            start = stop
        np.save(raw_file, raw)
        np.save(phone_file, phone)
    return CorpusTargets(np.load(raw_file, mmap_mode="r"), np.load(phone_file), True)


def phones_alone(utterances: list[Utterance]) -> CorpusTargets:
    """Phones of a corpus, and a face at rest that nothing is to learn from."""
    phones = np.concatenate([phone_classes(u) for u in utterances])
    rest = np.broadcast_to(np.float16(0.0), (len(phones), len(ARKIT_52)))
    return CorpusTargets(rest, phones, True)


def _captured(utterance: Utterance, predict: Predict | None) -> np.ndarray:
    """Raw outputs [T, 52] of captured curves.

    A network forgets less where its own outputs fill what the new task leaves unknown: Z. Li and
    D. Hoiem, "Learning without Forgetting", 2016.
    """
    raw = remove_seal(ARKIT_52, utterance.curves())
    if predict is None:
        return raw
    return np.where(np.isfinite(raw), raw, remove_seal(ARKIT_52, predict(utterance.samples())))


def phone_classes(utterance: Utterance) -> np.ndarray:
    """Index into PHONES per frame [T] int16, UNKNOWN where no phone covers it."""
    classes = np.full(curve_rows(utterance.length), UNKNOWN, np.int16)
    for phone, start, end in utterance.phones or ():
        classes[round(start * 100) : round(end * 100)] = _CLASS[phone]
    return classes


def _fingerprint(utterances: list[Utterance]) -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(tools.teacher.__path__[0]).iterdir()):
        if source.suffix in (".py", ".json"):
            digest.update(source.read_bytes())
    for utterance in utterances:
        digest.update(f"{utterance.id} {utterance.length} {utterance.phones}".encode())
    return digest.hexdigest()[:16]
