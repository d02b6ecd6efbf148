"""Noises and rooms in the cache, for noise and reverberation in training and evaluation.

`CACHE/sounds/noises.f32` and `rooms.f32` hold all sounds end to end as little-endian 32-bit floats,
mono, 16 kHz, no header; a line of `noises.jsonl` and `rooms.jsonl` describes one: `id`, `kind` (a
noise's class, such as "rain"), `split`, `offset` and `length` in samples, `licence`, `author`.

- A noise is a recording of one sound without the digital silence around it, peak 1. At most five
  seconds long; some are shorter than a second, so repeat them to fill a stretch.
- A room is an impulse response whose sample 0 is the direct sound: a convolution with it, cut to
  the length of the dry sound, does not delay it. Peak 1.

About 15 % of the noises and of the rooms are held out (`split == "test"`), by a hash of the `id`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from model.audio_file import read_audio

from . import json_lines
from .cache import SAMPLE_RATE, CacheError, DataError
from .corpora import hashed_split

NOISES, ROOMS = "noises", "rooms"

FOLDERS = {NOISES: "sounds/esc10_noise", ROOMS: "sounds/rir"}
_TEST_PERCENT = 15
# Of the responses, filters are no rooms, and a high-pass at 5 kHz leaves nothing to read lips from.
_ROOM = "room"
_SHORTEST = 0.2
_SILENT = 1e-4
# The direct sound is the first peak that reaches half of the response's own.
_DIRECT = 0.5
_DIRECT_PEAK = 0.001
# Effects whose loudest sound comes later than this say everything twice: no rooms either.
_LATEST_PEAK = 0.02


class Sound(NamedTuple):
    """A noise or a room: `samples` [N] float32 at 16 kHz, peak 1."""

    id: str
    kind: str
    split: str
    samples: np.ndarray


def load_noises(cache: Path, split: str) -> list[np.ndarray]:
    """The noises of a split ("train" or "test"), each [N] float32 at 16 kHz with peak 1.

    The arrays are read-only views of one memory map. Raises `CacheError` when there are none.
    """
    return [sound.samples for sound in load_sounds(cache, NOISES) if sound.split == split]


def load_rooms(cache: Path, split: str) -> list[np.ndarray]:
    """Impulse responses of a split ("train" or "test"), each [M] float32 at 16 kHz with peak 1.

    Sample 0 is the direct sound. Read-only views of one memory map. Raises `CacheError` when there
    are none.
    """
    return [sound.samples for sound in load_sounds(cache, ROOMS) if sound.split == split]


def load_sounds(cache: Path, kind: str) -> list[Sound]:
    """All sounds of `NOISES` or `ROOMS` with their names, classes and splits.

    Raises `CacheError` when the cache has none or an index points beyond its sounds.
    """
    index, audio = _files(cache, kind)
    if not index.is_file() or not audio.is_file():
        raise CacheError(f"There are no {kind} in {cache}; run python -m tools.data --only sounds.")
    stored = np.memmap(audio, "<f4", "r")
    sounds = []
    for row in json_lines.read(index):
        start, end = row["offset"], row["offset"] + row["length"]
        if end > len(stored):
            raise CacheError(f"{row['id']} lies beyond the end of {audio}; make it again.")
        sounds.append(Sound(row["id"], row["kind"], row["split"], stored[start:end]))
    return sounds


def write_sounds(root: Path, cache: Path) -> str:
    """Write the noises and rooms under the data root into the cache. Returns a line about them.

    Raises `DataError` when an index is missing and `model.errors.AudioError` when a file cannot be
    read.
    """
    (cache / "sounds").mkdir(parents=True, exist_ok=True)
    parts = []
    for kind in (NOISES, ROOMS):
        index, audio = _files(cache, kind)
        lines, offset, held_out = [], 0, 0
        part = audio.with_name(f"{audio.name}.part")
        with part.open("wb") as file:
            for row, samples in _sounds(root / FOLDERS[kind], kind):
                split = hashed_split(row["id"], _TEST_PERCENT)
                about = {
                    "id": row["id"], "kind": row.get("class") or row["kind"], "split": split,
                    "offset": offset, "length": len(samples), "licence": row.get("licence"),
                    "author": row.get("author") or row.get("source"),
                }  # fmt: skip
                lines.append(json.dumps(about, ensure_ascii=False) + "\n")
                file.write(samples.astype("<f4").tobytes())
                offset += len(samples)
                held_out += split == "test"
        part.replace(audio)
        index.write_text("".join(lines), encoding="utf-8")
        parts.append(f"{len(lines)} {kind} ({held_out} held out)")
    return f"sounds: {', '.join(parts)}"


def direct_sound(response: np.ndarray) -> int:
    """Index of the direct sound in an impulse response [N]: the top of its first strong peak."""
    level = np.abs(response)
    first = int(np.argmax(level >= _DIRECT * level.max()))
    return first + int(level[first : first + max(round(_DIRECT_PEAK * SAMPLE_RATE), 1)].argmax())


def _sounds(folder: Path, kind: str) -> Iterator[tuple[dict, np.ndarray]]:
    index = folder / "index.jsonl"
    if not index.is_file():
        raise DataError(f"There is no {index}; give the folder that holds sounds/.")
    for row in json_lines.read(index):
        if kind == ROOMS and row["kind"] != _ROOM:
            continue
        samples = read_audio(folder / row["file"])
        loud = np.flatnonzero(np.abs(samples) > _SILENT * np.abs(samples).max(initial=0.0))
        if not len(loud):
            continue
        start = loud[0] if kind == NOISES else direct_sound(samples)
        samples = samples[start : loud[-1] + 1]
        if kind == NOISES:
            fits = len(samples) >= _SHORTEST * SAMPLE_RATE
        else:
            fits = np.abs(samples).argmax() <= _LATEST_PEAK * SAMPLE_RATE
        if fits:
            yield row, samples / np.abs(samples).max()


def _files(cache: Path, kind: str) -> tuple[Path, Path]:
    return cache / "sounds" / f"{kind}.jsonl", cache / "sounds" / f"{kind}.f32"
