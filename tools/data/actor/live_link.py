"""Live Link Face: the CSV of the iPhone app.

The header is ``Timecode,BlendShapeCount`` and 61 names: 52 ARKit channels with a capital first
letter and 9 angles of head and eyes. A row's timecode looks like ``13:13:04:31.652``.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from .timecode import timecode_seconds
from .track import ActorError, Track, ascending, checked

_FROZEN = 0.1  # seconds: a face that repeats itself to the last digit was lost


def is_live_link(header: str) -> bool:
    """Whether a CSV with this first line is one of the app's."""
    return header.lower().replace(" ", "").startswith("timecode,blendshapecount,")


def read_live_link(path: Path) -> Track:
    """Reads one take. Raises `ActorError` where the file is not as the app writes it."""
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
            values = np.array([_values(row, len(header)) for row in rows], np.float32)
    except (ValueError, IndexError) as error:
        raise ActorError(f"{path} cannot be read: {error}; export the take again.") from error
    fresh = ascending(clock)
    clock, values = clock[fresh], values[fresh]
    start = float(clock[0])
    track = checked(Track(clock - start, tuple(header[2:]), values, start_timecode=start), path)
    values[_frozen(clock, values)] = np.nan
    return track


def _values(row: list[str], width: int) -> list[float]:
    """The numbers of a row; NaN where it counts no blend shapes or a cell is empty."""
    if int(row[1] or 0) == 0:
        return [np.nan] * (width - 2)
    cells = row[2:width] + [""] * (width - len(row))
    return [float(cell) if cell.strip() else np.nan for cell in cells]


def _frozen(times: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Frames [F] bool that only repeat the last one for long: the app lost the face."""
    same = np.concatenate([[False], np.all(values[1:] == values[:-1], axis=1)])
    lost = np.zeros(len(same), bool)
    first = 0
    for frame in range(1, len(same) + 1):
        if frame == len(same) or not same[frame]:
            if times[frame - 1] - times[first] > _FROZEN:
                lost[first + 1 : frame] = True
            first = frame
    return lost
