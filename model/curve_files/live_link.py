"""The CSV of Live Link Face, the iPhone app that captures ARKit faces.

``Timecode,BlendShapeCount`` and 61 names: the 52 channels with a capital first letter, in the app's
order, then nine angles of head and eyes. A timecode is ``HH:MM:SS:FF.fff``, where FF counts
sixtieths of the second at any rate of capture. Both are as in takes of the app that were published,
``csv/apfel.csv`` and ``anim/alex_rom_3.csv`` of
https://github.com/alexdjulin/LiveLinkFace-CSV-Retarget-For-Motionbuilder, whose rows, 30 a second,
are two sixtieths apart; the order is also the one that
https://github.com/nmfisher/blender_livelinkface reads.
"""

import csv
import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ..channels import ARKIT_52
from ..curves import Curves
from ..errors import CurvesFileError, one_line
from .plain import decimal_rows
from .validation import on_grid

_EYE = ("Blink", "LookDown", "LookIn", "LookOut", "LookUp", "Squint", "Wide")
CHANNELS = (
    *(f"Eye{part}{side}" for side in ("Left", "Right") for part in _EYE),
    "JawForward", "JawRight", "JawLeft", "JawOpen",
    "MouthClose", "MouthFunnel", "MouthPucker", "MouthRight", "MouthLeft",
    "MouthSmileLeft", "MouthSmileRight", "MouthFrownLeft", "MouthFrownRight",
    "MouthDimpleLeft", "MouthDimpleRight", "MouthStretchLeft", "MouthStretchRight",
    "MouthRollLower", "MouthRollUpper", "MouthShrugLower", "MouthShrugUpper",
    "MouthPressLeft", "MouthPressRight", "MouthLowerDownLeft", "MouthLowerDownRight",
    "MouthUpperUpLeft", "MouthUpperUpRight",
    "BrowDownLeft", "BrowDownRight", "BrowInnerUp", "BrowOuterUpLeft", "BrowOuterUpRight",
    "CheekPuff", "CheekSquintLeft", "CheekSquintRight", "NoseSneerLeft", "NoseSneerRight",
    "TongueOut",
)  # fmt: skip
ANGLES = tuple(f"{what}{axis}" for what in ("Head", "LeftEye", "RightEye")
               for axis in ("Yaw", "Pitch", "Roll"))  # fmt: skip

_TICKS = 60_000
"""Thousandths of a sixtieth in a second."""

_RATES = (24, 25, 30, 48, 50, 60)
_TIMECODE = re.compile(r"(\d+):(\d+):(\d+)[:;](\d+)(\.\d+)?")


def is_live_link(path: Path) -> bool:
    """Whether a text file begins as the app's do."""
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        start = file.read(64)
    return start.lower().replace(" ", "").startswith("timecode,blendshapecount,")


def write(path: Path, curves: Curves) -> None:
    """Writes curves from timecode 0 on; channels they lack, and the angles, are 0.

    Raises OSError where it cannot.
    """
    table = np.zeros((len(curves.values), len(CHANNELS) + len(ANGLES)), np.float32)
    for place, name in enumerate(CHANNELS):
        own = _own(name)
        if own in curves.names:
            table[:, place] = curves.column(own)
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(("Timecode", "BlendShapeCount", *CHANNELS, *ANGLES))
        rows = decimal_rows(table, 10)
        file.writelines(
            f"{timecode(time)},{table.shape[1]},{row}\r\n"
            for time, row in zip(curves.times, rows, strict=True)
        )


def read(path: Path) -> Curves:
    """Reads the 52 channels of a take; rows in which the app had lost the face are bridged.

    Raises:
        CurvesFileError: the file is not as the app writes it.
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header, *rows = [row for row in csv.reader(file) if row]
        seen = [row for row in rows if int(row[1] or 0) > 0]
        times = _seconds([row[0] for row in seen])
        place = {_own(name.strip()): index for index, name in enumerate(header)}
        names = [name for name in ARKIT_52 if name in place]
        values = np.array([[float(row[place[name]]) for name in names] for row in seen])
    except (ValueError, IndexError, csv.Error) as error:
        raise CurvesFileError(
            f'"{path}" is no take of Live Link Face ({one_line(error)}).'
        ) from error
    if not len(seen) or not names:
        raise CurvesFileError(f'"{path}" has no row with a face in it: record it again.')
    is_new = np.concatenate([[True], np.diff(times) > 0])  # the app may write a frame twice
    return on_grid(path, names, times[is_new], values[is_new])


def timecode(seconds: float) -> str:
    """``HH:MM:SS:FF.fff`` of seconds since midnight."""
    ticks = round(seconds * _TICKS)
    whole, rest = divmod(ticks, _TICKS)
    frame = f"{rest // 1000:02d}.{rest % 1000:03d}"
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}:{frame}"


def _seconds(texts: Sequence[str]) -> np.ndarray:
    """Seconds [T] of timecodes; the clock may pass midnight. Raises ValueError for another text."""
    matches = [_match(text) for text in texts]
    fields = np.array(
        [[*map(float, match.groups()[:3]), float(match[4] + (match[5] or ""))] for match in matches]
    ).reshape(-1, 4)
    highest = fields[:, 3].max(initial=0.0)
    rate = 60
    if not any(match[5] for match in matches):
        rate = next((usual for usual in _RATES if usual > highest), 60)
    seconds = fields @ np.array([3600.0, 60.0, 1.0, 1.0 / rate])
    return seconds + 86400.0 * np.cumsum(np.diff(seconds, prepend=seconds[:1]) < -43200.0)


def _match(text: str) -> re.Match[str]:
    match = _TIMECODE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f'"{text}" is no timecode HH:MM:SS:FF')
    return match


def _own(name: str) -> str:
    """The name of a channel here: the app's with a small first letter."""
    return name[:1].lower() + name[1:]
