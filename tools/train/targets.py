"""The teacher's targets for a whole corpus, computed once and kept beside the run."""

import hashlib
from pathlib import Path

import numpy as np

import tools.teacher
from model.channels import ARKIT_52
from tools.data.cache import Utterance
from tools.data.phones import PHONES
from tools.teacher.teach import teach

UNKNOWN = -100
"""Phone class of frames without a label; the loss leaves them out."""

_CLASS = {phone: index for index, phone in enumerate(PHONES)}


def corpus_targets(utterances: list[Utterance], folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Targets of the utterances end to end: raw [T, 52] float16 and phone class [T] int16.

    Each utterance takes ceil(length / 160) rows. Files in ``folder`` are made anew whenever the
    teacher's code or the utterances change.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = folder / f"{utterances[0].corpus}-{_fingerprint(utterances)}"
    raw_file, phone_file = stem.with_suffix(".raw.npy"), stem.with_suffix(".phone.npy")
    if not (raw_file.is_file() and phone_file.is_file()):
        total = sum(rows(utterance) for utterance in utterances)
        raw = np.empty((total, len(ARKIT_52)), np.float16)
        phone = np.empty(total, np.int16)
        start = 0
        for utterance in utterances:
            stop = start + rows(utterance)
            spans = [(p.ipa, p.start, p.end) for p in utterance.phones]
            raw[start:stop] = teach(spans, utterance.samples())
            phone[start:stop] = phone_classes(spans, stop - start)
            start = stop
        np.save(raw_file, raw)
        np.save(phone_file, phone)
    return np.load(raw_file, mmap_mode="r"), np.load(phone_file)


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
    for source in sorted(Path(tools.teacher.__path__[0]).glob("*.py")):
        digest.update(source.read_bytes())
    for utterance in utterances:
        digest.update(f"{utterance.id} {utterance.length} {utterance.phones}".encode())
    return digest.hexdigest()[:16]
