"""Targets of a whole corpus: captured curves where it has them, else the teacher's.

The teacher's are computed once and kept beside the run.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import tools.teacher
from model.channels import ARKIT_52
from model.lip_seal import remove_seal
from tools.data.cache import Utterance
from tools.data.phones import PHONES
from tools.teacher.targets import utterance_targets

UNKNOWN = -100
"""Phone class of frames without a label; the loss leaves them out."""

_CLASS = {phone: index for index, phone in enumerate(PHONES)}


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


Hear = Callable[[np.ndarray], np.ndarray]
"""A trained network: channels [T, 52] of samples [N] at 16 kHz, T = ceil(N / 160)."""


def corpus_targets(
    utterances: list[Utterance], folder: Path, hear: Hear | None = None
) -> CorpusTargets:
    """Targets of one corpus.

    Files in ``folder`` are made anew whenever the teacher's code or the utterances change. What
    captured curves leave unknown is taken from ``hear``, or stays unknown without it.
    """
    if utterances[0].first_row is not None:
        raw = np.concatenate([_captured(u, hear) for u in utterances])
        return CorpusTargets(raw, np.concatenate([_phones(u) for u in utterances]), False)
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{utterances[0].corpus}-{_fingerprint(utterances)}"
    raw_file, phone_file = stem.with_suffix(".raw.npy"), stem.with_suffix(".phone.npy")
    if not (raw_file.is_file() and phone_file.is_file()):
        total = sum(rows(utterance) for utterance in utterances)
        raw = np.empty((total, len(ARKIT_52)), np.float16)
        phone = np.empty(total, np.int16)
        start = 0
        for utterance, targets in zip(utterances, utterance_targets(utterances), strict=True):
            stop = start + rows(utterance)
            raw[start:stop] = targets
            phone[start:stop] = _phones(utterance)
            start = stop
        np.save(raw_file, raw)
        np.save(phone_file, phone)
    return CorpusTargets(np.load(raw_file, mmap_mode="r"), np.load(phone_file), True)


def _captured(utterance: Utterance, hear: Hear | None) -> np.ndarray:
    """Raw outputs [T, 52] of captured curves.

    A network that keeps its own word where a new task has none forgets less: Z. Li and D. Hoiem,
    "Learning without Forgetting", 2016.
    """
    raw = remove_seal(ARKIT_52, utterance.curves())
    if hear is None:
        return raw
    return np.where(np.isfinite(raw), raw, remove_seal(ARKIT_52, hear(utterance.samples())))


def _phones(utterance: Utterance) -> np.ndarray:
    return phone_classes(utterance.phones or (), rows(utterance))


def rows(utterance: Utterance) -> int:
    """Frames of 10 ms in an utterance."""
    return -(-utterance.length // 160)


def phone_classes(spans: list[tuple[str, float, float]], frames: int) -> np.ndarray:
    """Index into PHONES per frame [frames] int16, UNKNOWN where no phone covers it."""
    classes = np.full(frames, UNKNOWN, np.int16)
    for phone, start, end in spans:
        classes[round(start * 100) : round(end * 100)] = _CLASS[phone]
    return classes


def _fingerprint(utterances: list[Utterance]) -> str:
    digest = hashlib.sha256()
    for source in sorted(Path(tools.teacher.__path__[0]).iterdir()):
        if source.suffix not in (".py", ".json"):
            continue
        digest.update(source.read_bytes())
    for utterance in utterances:
        digest.update(f"{utterance.id} {utterance.length} {utterance.phones}".encode())
    return digest.hexdigest()[:16]
