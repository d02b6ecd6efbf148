"""The training cache: per corpus a folder with `audio.i16` and `index.jsonl`.

`audio.i16` holds all utterances end to end as little-endian 16-bit samples, mono, 16 kHz, no
header. A line of `index.jsonl` describes one utterance; `offset` and `length` count samples.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .phones import Phone

SAMPLE_RATE = 16000
_AUDIO = "audio.i16"
_INDEX = "index.jsonl"
_FULL_SCALE = 32768.0


class CacheError(RuntimeError):
    """A cache folder that is missing or does not fit its index."""


@dataclass(frozen=True)
class Recording:
    """One utterance on its way into the cache.

    `samples` [N] float32 in -1..1 at 16 kHz. `phones` is None where nothing is known; time that
    no phone covers is unknown as well and has to be masked. `split` is "train" or "test".
    """

    id: str
    samples: np.ndarray
    speaker: str | None
    lang: str
    sex: str | None
    phones: list[Phone] | None
    split: str
    text: str | None = None


@dataclass(frozen=True)
class Utterance:
    """One utterance of the cache; the audio is read only by `samples`."""

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


def write_corpus(folder: Path, recordings: Iterable[Recording]) -> list[Utterance]:
    """Write one corpus; `folder` is named after it. Returns what was written."""
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Utterance] = []
    offset = 0
    # Written aside and moved at the end: a broken run leaves the old corpus whole, and a reader's
    # memory map keeps the file it has.
    new_audio, new_index = folder / f"{_AUDIO}.part", folder / f"{_INDEX}.part"
    with new_audio.open("wb") as audio:
        for rec in recordings:
            stored = np.round(np.clip(rec.samples, -1.0, 1.0) * (_FULL_SCALE - 1)).astype("<i2")
            audio.write(stored.tobytes())
            written.append(
                Utterance(rec.id, folder.name, rec.speaker, rec.lang, rec.sex, offset, len(stored),
                          rec.phones, rec.split, rec.text, folder / _AUDIO)
            )  # fmt: skip
            offset += len(stored)
    lines = [json.dumps(_to_row(u), ensure_ascii=False) + "\n" for u in written]
    new_index.write_text("".join(lines), encoding="utf-8")
    new_audio.replace(folder / _AUDIO)
    new_index.replace(folder / _INDEX)
    return written


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
    utterances = []
    for line in index.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row["phones"] is not None:
            row["phones"] = [Phone(*p) for p in row["phones"]]
        utterance = Utterance(**row, audio=audio)
        if utterance.offset + utterance.length > available:
            raise CacheError(f"{utterance.id} lies beyond the end of {audio}; make the cache anew.")
        utterances.append(utterance)
    return utterances


def _to_row(u: Utterance) -> dict:
    phones = u.phones
    if phones is not None:
        phones = [[p.ipa, round(p.start, 4), round(p.end, 4), p.stress] for p in phones]
    return {
        "id": u.id, "corpus": u.corpus, "speaker": u.speaker, "lang": u.lang, "sex": u.sex,
        "offset": u.offset, "length": u.length, "phones": phones, "split": u.split,
        "text": u.text,
    }  # fmt: skip
