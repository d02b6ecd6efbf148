"""The training cache: per corpus a folder with `audio.i16`, `index.jsonl`, maybe `curves.f16`.

`audio.i16` holds all utterances end to end as little-endian 16-bit samples, mono, 16 kHz, no
header. A line of `index.jsonl` describes one utterance; `offset` and `length` count samples.

`curves.f16` holds captured faces: per utterance `curve_rows(length)` rows end to end, each of 52
little-endian 16-bit floats, the ARKit channels in the order of `ARKIT_52` (mouthClose as ARKit
defines it). Row t of an utterance is at t / 100 s; NaN says that a value is not known. All
utterances of a corpus have curves, or none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52

from . import json_lines
from .phones import Phone

SAMPLE_RATE = 16000
CURVE_HOP = 160
"""Samples between two rows of curves: 100 rows a second."""

_AUDIO = "audio.i16"
_CURVES = "curves.f16"
_INDEX = "index.jsonl"
_FULL_SCALE = 32768.0
_CHANNELS = len(ARKIT_52)
_ROW_BYTES = 2 * _CHANNELS


class DataError(RuntimeError):
    """Speech, texts or a program that is missing or cannot be used; the text says which."""


class CacheError(DataError):
    """A cache folder that is missing or does not fit its index, or curves that do not fit."""


def curve_rows(length: int) -> int:
    """Rows of curves that belong to `length` samples."""
    return -(-length // CURVE_HOP)


@dataclass(frozen=True)
class Recording:
    """One utterance on its way into the cache.

    `samples` [N] float32 in -1..1 at 16 kHz. `phones` is None where nothing is known; time that
    no phone covers is unknown as well and has to be masked. `split` is "train" or "test".
    `curves` [curve_rows(N), 52] are captured ARKit channels, NaN where unknown; None without any.
    `age` is the speaker's in years where it is known.
    """

    id: str
    samples: np.ndarray
    speaker: str | None
    lang: str
    sex: str | None
    phones: list[Phone] | None
    split: str
    text: str | None = None
    curves: np.ndarray | None = None
    age: float | None = None


@dataclass(frozen=True)
class Utterance:
    """One utterance of the cache; audio and curves are read only by `samples` and `curves`.

    `first_row` is the utterance's first row in the corpus's curves, None where it has no curves.
    """

    id: str
    corpus: str
    speaker: str | None
    lang: str
    sex: str | None
    offset: int
    length: int
    phones: list[Phone] | None
    split: str
    text: str | None
    audio: Path = field(repr=False)
    first_row: int | None = field(default=None, repr=False)
    age: float | None = None

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return self.length / SAMPLE_RATE

    def samples(self) -> np.ndarray:
        """The audio, [length] float32 in -1..1 at 16 kHz."""
        if not self.length:
            return np.zeros(0, np.float32)
        stored = np.memmap(self.audio, "<i2", "r", offset=2 * self.offset, shape=(self.length,))
        return stored.astype(np.float32) / _FULL_SCALE

    def curves(self) -> np.ndarray | None:
        """Captured ARKit channels, [curve_rows(length), 52] float32, NaN where unknown."""
        if self.first_row is None:
            return None
        shape = (curve_rows(self.length), _CHANNELS)
        if not self.length:
            return np.zeros(shape, np.float32)
        at = self.first_row * _ROW_BYTES
        stored = np.memmap(self.audio.with_name(_CURVES), "<f2", "r", offset=at, shape=shape)
        return stored.astype(np.float32)


def write_corpus(folder: Path, recordings: Iterable[Recording]) -> list[Utterance]:
    """Write one corpus, named after its `folder`. Returns the written utterances.

    Raises `CacheError` when curves have the wrong shape, or only some recordings have them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Utterance] = []
    offset, row = 0, 0
    # Written aside and moved at the end: a broken run leaves the old corpus whole, and a reader's
    # memory map keeps the file it has.
    new_audio, new_curves, new_index = (
        folder / f"{name}.part" for name in (_AUDIO, _CURVES, _INDEX)
    )
    with new_audio.open("wb") as audio, new_curves.open("wb") as curves:
        for rec in recordings:
            stored = np.round(np.clip(rec.samples, -1.0, 1.0) * (_FULL_SCALE - 1)).astype("<i2")
            first_row = None if rec.curves is None else row
            written.append(
                Utterance(rec.id, folder.name, rec.speaker, rec.lang, rec.sex, offset, len(stored),
                          rec.phones, rec.split, rec.text, folder / _AUDIO, first_row, rec.age)
            )  # fmt: skip
            _check_curves(rec, written)
            audio.write(stored.tobytes())
            if rec.curves is not None:
                curves.write(rec.curves.astype("<f2").tobytes())
                row += len(rec.curves)
            offset += len(stored)
    lines = [json.dumps(_index_row(u), ensure_ascii=False) + "\n" for u in written]
    new_index.write_text("".join(lines), encoding="utf-8")
    new_audio.replace(folder / _AUDIO)
    if row:
        new_curves.replace(folder / _CURVES)
    else:
        new_curves.unlink()
        (folder / _CURVES).unlink(missing_ok=True)
    new_index.replace(folder / _INDEX)
    return written


def _check_curves(rec: Recording, written: list[Utterance]) -> None:
    if (rec.curves is None) != (written[0].first_row is None):
        raise CacheError(f"{rec.id}: all recordings of a corpus have curves, or none.")
    shape = (curve_rows(len(rec.samples)), _CHANNELS)
    if rec.curves is not None and rec.curves.shape != shape:
        raise CacheError(f"{rec.id}: its curves must be {shape}, not {rec.curves.shape}.")


def load(
    cache_dir: str | Path, corpora: Iterable[str] | None = None, split: str | None = None
) -> list[Utterance]:
    """Utterances of a cache, all corpora unless named, both splits unless one is named.

    Raises `CacheError` when the folder or a named corpus is missing or an index points beyond
    its audio.
    """
    root = Path(cache_dir)
    names = sorted(p.parent.name for p in root.glob(f"*/{_INDEX}")) if corpora is None else corpora
    found = [u for name in names for u in _load_corpus(root / name)]
    if not found:
        raise CacheError(f"There is no corpus in {root}; run python -m tools.data first.")
    return [u for u in found if split in (None, u.split)]


def _load_corpus(folder: Path) -> list[Utterance]:
    index, audio = folder / _INDEX, folder / _AUDIO
    if not index.is_file() or not audio.is_file():
        raise CacheError(
            f"The corpus {folder.name} is not in {folder.parent}; make it with --only."
        )
    available = audio.stat().st_size // 2
    curves = folder / _CURVES
    first_row = 0 if curves.is_file() else None
    utterances = []
    for row in json_lines.read(index):
        if row["phones"] is not None:
            row["phones"] = [Phone(*p[:3]) for p in row["phones"]]  # older caches add stress
        utterance = Utterance(**row, audio=audio, first_row=first_row)
        if utterance.offset + utterance.length > available:
            raise CacheError(f"{utterance.id} lies beyond the end of {audio}; make it again.")
        if first_row is not None:
            first_row += curve_rows(utterance.length)
        utterances.append(utterance)
    if curves.is_file() and curves.stat().st_size != first_row * _ROW_BYTES:
        raise CacheError(f"{curves} does not fit its index; make the cache again.")
    return utterances


def _index_row(utterance: Utterance) -> dict:
    row = vars(utterance) | {}
    del row["audio"], row["first_row"]
    if utterance.age is None:
        del row["age"]
    if utterance.phones is not None:
        row["phones"] = [[ipa, round(start, 4), round(end, 4)] for ipa, start, end in row["phones"]]
    return row
