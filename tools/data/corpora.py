"""Loaders of the real corpora under a shared data root with `speech/` and `capture/`."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from .cache import SAMPLE_RATE, Recording
from .emodb import merge_labels
from .energy import level_curve, silence_threshold
from .labels import Label, fill_silence, to_phones
from .phones import Phone

_TEST_PERCENT = 5
_EMODB_SEX = dict.fromkeys(("03", "10", "11", "12"), "m") | dict.fromkeys(
    ("08", "09", "13", "14"), "f"
)
_EMODB_TEST = frozenset({"03", "10", "09", "14"})

# Labels aligned by pocketsphinx come early by 8.5 ms in both corpora, where the same measure finds
# 1.6 ms in hand labels (tools.data.timing): its frames begin before the sound they stand for.
POCKETSPHINX_SHIFT = 0.007

Row = Mapping[str, object]
Labeller = Callable[[Row], list[Phone] | None]


class CorpusError(RuntimeError):
    """A corpus that is missing or whose index does not fit its files."""


@dataclass(frozen=True)
class Corpus:
    """How one corpus becomes recordings.

    `folder` is relative to the data root. `alphabet` is None where the index has no labels.
    `shift` seconds are
    added to all label times to undo a constant offset (measured by `tools.data.timing`).
    `trim_edges` says that labels stretch over the silence before the first and after the last
    phone. `split` maps a row to "train" or "test".
    """

    folder: str
    lang: str
    speaker: str | None = None
    sex: str | None = None
    alphabet: str | None = None
    shift: float = 0.0
    trim_edges: bool = False
    split: Callable[[Row], str] = lambda row: "train"


def _by_text(row: Row) -> str:
    return held_out(str(row["text"]))


def _by_speaker(row: Row) -> str:
    return held_out(str(row["speaker"]), percent=2 * _TEST_PERCENT)


def _test(row: Row) -> str:
    return "test"


def _emodb_split(row: Row) -> str:
    return "test" if str(row["speaker"])[-2:] in _EMODB_TEST else "train"


CORPORA: dict[str, Corpus] = {
    "kathleen_en": Corpus("speech/kathleen_en", "en-us", "kathleen", "f", "arpabet",
                          shift=POCKETSPHINX_SHIFT, trim_edges=True, split=_by_text),
    "grid_s1": Corpus("capture/grid_s1", "en-gb", "grid_s1", "m", "arpabet",
                      shift=POCKETSPHINX_SHIFT, split=_by_text),
    "emodb_de": Corpus("speech/emodb_de", "de", alphabet="emodb", split=_emodb_split),
    "nathalie_nl": Corpus("speech/nathalie_nl", "nl", "nathalie", "f", "ipa",
                          trim_edges=True, split=_by_text),
    "grid_s26": Corpus("capture/grid_s26", "en-gb", "grid_s26", "m", split=_test),
    "whitehouse": Corpus("capture/whitehouse", "en-us", "whitehouse", "m", split=_test),
    "facegood": Corpus("capture/facegood", "zh", "facegood", "f"),
    "librispeech_en": Corpus("speech/librispeech_en", "en-us", split=_by_speaker),
    "picovoice_en": Corpus("speech/picovoice_en", "en"),
    "kerstin_de": Corpus("speech/kerstin_de", "de", "kerstin", "f", split=_by_text),
}  # fmt: skip


def held_out(key: str, percent: int = _TEST_PERCENT) -> str:
    """Split of a key: "test" for a fixed `percent` of all keys, "train" for the rest, always."""
    digest = hashlib.sha256(key.strip().lower().encode()).digest()
    return "test" if int.from_bytes(digest[:4], "big") % 100 < percent else "train"


def read_index(root: Path, name: str) -> list[dict]:
    """Rows of a corpus's index. Raises `CorpusError` when it is not under `root`."""
    index = root / CORPORA[name].folder / "index.jsonl"
    if not index.is_file():
        raise CorpusError(f"There is no {index}; give the folder that holds speech/ and capture/.")
    return [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()]


def recordings(
    root: Path,
    name: str,
    seconds: float | None = None,
    label: Labeller | None = None,
) -> Iterator[Recording]:
    """All recordings of one corpus, at most about `seconds` of audio (evenly thinned out).

    `label` finds phones where the index has none (`labelling`).
    """
    corpus = CORPORA[name]
    rows = read_index(root, name)
    if seconds is not None:
        total = sum(row["seconds"] for row in rows)
        keep = min(1.0, seconds / total)
        rows = [row for i, row in enumerate(rows) if int((i + 1) * keep) > int(i * keep)]
    for row in rows:
        samples = read_16k(root / corpus.folder / row["file"])
        speaker = row.get("speaker") or corpus.speaker
        yield Recording(
            id=row["id"],
            samples=samples,
            speaker=speaker,
            lang=corpus.lang,
            sex=corpus.sex or row.get("sex") or _EMODB_SEX.get((speaker or "")[-2:]),
            phones=_phones(corpus, row, samples, label),
            split=corpus.split(row),
            text=row.get("text"),
        )


def read_16k(path: Path) -> np.ndarray:
    """A sound file as [N] float32 mono at 16 kHz. Raises `CorpusError` when it is unreadable."""
    try:
        data, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, soundfile.LibsndfileError) as error:
        raise CorpusError(f"{path} cannot be read: {error}") from error
    mono = data.mean(axis=1)
    return mono if rate == SAMPLE_RATE else soxr.resample(mono, rate, SAMPLE_RATE)


def _phones(
    corpus: Corpus, row: Row, samples: np.ndarray, label: Labeller | None
) -> list[Phone] | None:
    if label is not None:
        found = label(row)
        return None if found is None else fill_silence(found, samples, SAMPLE_RATE)
    labels: list[Label] | None = row.get("phones")
    if corpus.alphabet is None or labels is None:
        return None
    if corpus.alphabet == "emodb":
        labels = merge_labels(labels, _silence_test(samples))
    phones = to_phones(labels, corpus.alphabet, corpus.shift)
    if corpus.trim_edges:
        phones = trim_edges(phones, samples)
    return fill_silence(phones, samples, SAMPLE_RATE)


def _silence_test(samples: np.ndarray) -> Callable[[float, float], bool]:
    level, hop = level_curve(samples, SAMPLE_RATE)
    threshold = silence_threshold(level)

    def is_silent(start: float, end: float) -> bool:
        span = level[int(start / hop) : max(int(end / hop), int(start / hop) + 1)]
        return bool(len(span)) and float(np.median(span)) < threshold

    return is_silent


def trim_edges(phones: list[Phone], samples: np.ndarray, keep: float = 0.03) -> list[Phone]:
    """Take silent audio away from the first and the last phone, `keep` seconds of each left.

    Forced alignment without pauses at the ends stretches the outer phones over the silence.
    """
    if not phones:
        return phones
    level, hop = level_curve(samples, SAMPLE_RATE)
    loud = np.flatnonzero(level >= silence_threshold(level))
    if not len(loud):
        return phones
    first, last = phones[0], phones[-1]
    onset = min(max(first.start, loud[0] * hop - keep), first.end - keep)
    offset = max(min(last.end, (loud[-1] + 1) * hop + keep), last.start + keep)
    trimmed = list(phones)
    if first.start < onset < first.end and first.ipa != "sil":
        trimmed[0] = first._replace(start=onset)
    if last.start < offset < last.end and last.ipa != "sil":
        trimmed[-1] = trimmed[-1]._replace(end=offset)
    return trimmed
