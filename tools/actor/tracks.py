"""Files of captured curves, each read to a `Track`: a face over time, in the names of its source.

Formats:

- Live Link Face, the CSV of the iPhone app. Its header is ``Timecode,BlendShapeCount`` and 61
  names: 52 ARKit channels with a capital first letter and 9 angles of head and eyes. A row's
  timecode looks like ``13:13:04:31.652``.
- BEAT-style JSON: ``{"names": […], "frames": [{"weights": […], "time": seconds}, …]}``.
- CSV with seconds and channels, as ``python -m model predict`` writes it: ``t,jawOpen,…``.
- ``.npz``: ``bs`` [F, C], ``names`` [C], ``t`` [F] in seconds or ``fps``; ``g_lip_inner`` [F], if
  present, is the lip gap. MediaPipe's scores are recognised by their first channel, ``_neutral``.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.errors import shorten_middle
from model.input_files import NpzError, load_arrays

_LONGEST_MESSAGE = 1000
_LATEST = 1e12  # seconds
_MOST_BYTES = 1 << 32  # of the arrays of an npz: hours of any tracker
_BEAT_FPS = 60.0
_FROZEN = 0.1  # seconds: a face that repeats itself to the last digit was lost

_DAY = 86400.0
_LARGEST_FIELD = 1e6
_FRAME_RATES = (24, 25, 30, 48, 50, 60)
_TIMECODE = re.compile(r"^(\d+):(\d+):(\d+)[:;](\d+(?:\.\d+)?)$")


class ActorError(RuntimeError):
    """A recording that cannot be used; one line says which, why and how to mend it."""

    def __init__(self, sentence: str) -> None:
        super().__init__(shorten_middle(sentence, _LONGEST_MESSAGE))


@dataclass(frozen=True)
class Track:
    """Captured controls at the times of their frames.

    Attributes:
        times: [F] seconds, ascending; 0 is the first frame unless the file says otherwise.
        names: C names of the source.
        values: [F, C] float32; NaN where the face was lost.
        lip_gap: [F] distance of the inner lips over that of the outer eye corners, or None.
        start_timecode: seconds of the day at times 0 on the recorder's clock, or None.
        scores: True for a classifier's scores, whose size says less than ARKit's.
    """

    times: np.ndarray
    names: tuple[str, ...]
    values: np.ndarray
    lip_gap: np.ndarray | None = None
    start_timecode: float | None = None
    scores: bool = False


def is_live_link(header: str) -> bool:
    """Whether a CSV with this first line is a take of Live Link Face."""
    return header.lower().replace(" ", "").startswith("timecode,blendshapecount,")


def read_live_link(path: Path) -> Track:
    """Reads a Live Link Face take. Raises `ActorError` for any other file."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = list(csv.reader(file)) or [[]]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ActorError(f"{path} is no CSV ({error}); export the take again.") from error
    rows = [row for row in rows if row]
    if not is_live_link(",".join(header)) or not rows:
        raise ActorError(f"{path} is no Live Link Face take with frames; record it again.")
    try:
        clock = timecode_seconds([row[0] for row in rows])
        with np.errstate(over="ignore"):
            values = np.array([_live_link_row(row, len(header)) for row in rows], np.float32)
    except (ValueError, IndexError) as error:
        raise ActorError(f"{path} cannot be read: {error}; export the take again.") from error
    keep = _ascending(clock)
    clock, values = clock[keep], values[keep]
    start = float(clock[0])
    track = _checked(Track(clock - start, tuple(header[2:]), values, start_timecode=start), path)
    values[_frozen(clock, values)] = np.nan
    return track


def _live_link_row(row: list[str], width: int) -> list[float]:
    """The numbers of a row; NaN where it counts no blend shapes or a cell is empty."""
    if int(row[1] or 0) == 0:
        return [np.nan] * (width - 2)
    cells = row[2:width] + [""] * (width - len(row))
    return [float(cell) if cell.strip() else np.nan for cell in cells]


def _frozen(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Frames [F] bool that only repeat the last one for long: the app lost the face."""
    changed = np.concatenate([[True], np.any(values[1:] != values[:-1], axis=1)])
    lost = np.zeros(len(changed), bool)
    for first, stop in itertools.pairwise([*np.flatnonzero(changed), len(changed)]):
        if times[stop - 1] - times[first] > _FROZEN:
            lost[first + 1 : stop] = True
    return lost


def timecode_seconds(texts: Sequence[str], rate: int | None = None) -> np.ndarray:
    """Seconds of the day [F] of timecodes ``HH:MM:SS:FF`` or ``HH:MM:SS:FF.fff``.

    FF counts frames within the second, with a fraction; Live Link Face counts 60 of them even where
    it records 30 frames a second. Without a rate it is the smallest usual rate that the highest FF
    allows. Midnight may pass. Raises ValueError for a text that is no timecode.
    """
    matches = [_TIMECODE.match(text.strip()) for text in texts]
    if None in matches:
        raise ValueError(f'"{texts[matches.index(None)]}" is no timecode HH:MM:SS:FF')
    fields = np.array([match.groups() for match in matches], np.float64).reshape(-1, 4)
    if (fields > _LARGEST_FIELD).any():
        raise ValueError("a timecode counts more than any clock")
    if rate is None:
        highest = np.floor(np.max(fields[:, 3], initial=0.0))
        rate = next((usual for usual in _FRAME_RATES if usual > highest), int(highest) + 1)
    seconds = fields @ np.array([3600.0, 60.0, 1.0, 1.0 / rate])
    return seconds + _DAY * np.cumsum(np.diff(seconds, prepend=seconds[:1]) < -_DAY / 2)


def read_beat(path: Path) -> Track:
    """Reads BEAT-style JSON of 51 or 52 channels; frames without a time are at 60 a second.

    Raises `ActorError` where it is not of this form.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        names = tuple(str(name) for name in data["names"])
        frames = data["frames"]
        with np.errstate(over="ignore"):
            values = np.array([frame["weights"] for frame in frames], np.float32)
        times = np.array(
            [float(frame.get("time", index / _BEAT_FPS)) for index, frame in enumerate(frames)]
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError,
            RecursionError) as error:  # fmt: skip
        raise ActorError(
            f'{path} is no JSON with "names" and "frames" of "weights" ({error}).'
        ) from error
    if values.shape != (len(times), len(names)) or not len(times):
        raise ActorError(
            f"{path} has {len(names)} names but weights of shape {values.shape}; export it again."
        )
    keep = _ascending(times)
    return _checked(Track(times[keep], names, values[keep]), path)


def read_curves_csv(path: Path) -> Track:
    """Reads a CSV with seconds and channels; an empty cell is unknown.

    Raises `ActorError` where it is another.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            names = [name.strip() for name in file.readline().split(",")]
            table = np.genfromtxt(file, np.float64, delimiter=",", ndmin=2)
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise ActorError(f"{path} has rows that do not fit its header ({reason}).") from error
    if names[0] not in ("t", "time") or table.shape[1:] != (len(names),) or not len(table):
        raise ActorError(
            f'{path} is neither a Live Link Face take nor a CSV with "t" in seconds and channels.'
        )
    with np.errstate(over="ignore"):
        values = table[:, 1:].astype(np.float32)
    return _checked(Track(table[:, 0], tuple(names[1:]), values), path)


def read_capture_npz(path: Path) -> Track:
    """Reads an npz. Raises `ActorError` where an array is missing or does not fit."""
    try:
        arrays = load_arrays(path, _MOST_BYTES)
        names = tuple(map(str, _array(arrays, "names", "U")))
        values = _array(arrays, "bs", "fiu").astype(np.float32)
        if "t" in arrays:
            times = _array(arrays, "t", "fiu").astype(np.float64)
        else:
            times = np.arange(len(values)) / _frame_rate(arrays)
        lip_gap = _array(arrays, "g_lip_inner", "fiu") if "g_lip_inner" in arrays else None
    except (KeyError, ValueError, TypeError) as error:
        raise ActorError(f"{path} is no capture with bs, names and t or fps ({error}).") from error
    fits = values.shape == (len(times), len(names)) and len(times)
    if not fits or (lip_gap is not None and lip_gap.shape != times.shape):
        raise ActorError(f"{path}: bs {values.shape}, {len(names)} names and {len(times)} times.")
    return _checked(Track(times, names, values, lip_gap, scores="_neutral" in names), path)


def _frame_rate(arrays: dict[str, np.ndarray]) -> float:
    """Frames a second. Raises NpzError where "fps" is no rate."""
    fps = arrays["fps"]
    if fps.size != 1 or fps.dtype.kind not in "fiu" or not fps.item() > 0:
        raise NpzError('"fps" is no rate')
    return float(fps.item())


def _array(arrays: dict[str, np.ndarray], name: str, kinds: str) -> np.ndarray:
    """An array of one of NumPy's kinds, with at least one axis. Raises NpzError for another."""
    array = arrays[name]
    if array.dtype.kind not in kinds or array.ndim == 0:
        raise NpzError(f'"{name}" is {array.dtype} {array.shape}')
    return array


def _ascending(times: np.ndarray) -> np.ndarray:
    """Which times [F] are later than all before, bool [F]: recorders may repeat a frame."""
    latest = np.maximum.accumulate(times)
    return np.concatenate([[True], times[1:] > latest[:-1]])


def _checked(track: Track, path: Path) -> Track:
    times, values = track.times, track.values
    if not (np.abs(times) < _LATEST).all() or np.any(np.diff(times) <= 0):
        raise ActorError(f"The times of {path} do not ascend; sort its rows and write it again.")
    if np.isinf(values).any():
        raise ActorError(f"{path} holds values that are not numbers; export it again.")
    return track
