"""Finds the takes among files and folders, pairs each with its sound, and reads both."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from model.audio_file import read_audio
from model.errors import AudioError

from .tracks import (
    ActorError,
    Track,
    is_live_link,
    read_beat,
    read_capture_npz,
    read_curves_csv,
    read_live_link,
    timecode_seconds,
)
from .video import MOVIES, movie_sound, movie_timecode, read_video

_CURVES = frozenset({".csv", ".json", ".npz"})
_SOUNDS = (".wav", ".flac", ".ogg", ".opus", ".mp3", ".aif", ".aiff", *sorted(MOVIES))
_PROCESSED = re.compile(r"_(cal|raw|neutral)$")  # endings that Live Link Face adds to a take's name
_SAME_CLOCK = 10.0  # seconds: starts of curves and movie further apart are of different clocks


@dataclass(frozen=True)
class Take:
    """One performance: the file of its curves (or its video) and the file of its sound."""

    curves: Path
    sound: Path

    @property
    def name(self) -> str:
        """Name of the take, without the ending that the app adds."""
        return _PROCESSED.sub("", self.curves.stem)


def find_takes(paths: Iterable[Path]) -> list[Take]:
    """The takes among files and folders, in order of their names.

    Of a Live Link Face take's files the calibrated ``_cal.csv`` is preferred to the plain file, and
    that to ``_raw.csv``. A video is a take where no file of curves has its name.
    Raises `ActorError` for a path that is missing, curves without sound, and when nothing is found.
    """
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise ActorError(f"{path} does not exist; check the path.")
        inside = sorted(path.rglob("*")) if path.is_dir() else []
        files += [p for p in inside if p.suffix.lower() not in _CURVES or _may_be_curves(p)]
        files += [] if path.is_dir() else [path]
    curves: dict[tuple[Path, str], Path] = {}
    for path in sorted(files, key=_preference):
        if path.suffix.lower() in _CURVES:
            curves.setdefault((path.parent, _PROCESSED.sub("", path.stem)), path)
    takes = [Take(path, _sound_of(path)) for path in curves.values()]
    taken = {take.sound for take in takes}
    takes += [Take(p, p) for p in files if p.suffix.lower() in MOVIES and p not in taken]
    if not takes:
        raise ActorError(
            "No take was found: give CSV, JSON or npz files with their sound, or videos."
        )
    return sorted(takes, key=lambda take: (take.name, str(take.curves)))


def read_take(take: Take, face_model: Path | None) -> tuple[Track, np.ndarray]:
    """The track of a take, its times counted from the start of the sound, and the sound at 16 kHz.

    Raises `ActorError` where either cannot be read.
    """
    track = _read_track(take.curves, face_model)
    movie = take.sound.suffix.lower() in MOVIES
    try:
        samples = movie_sound(take.sound) if movie else read_audio(take.sound)
    except AudioError as error:
        raise ActorError(str(error)) from error
    if not len(samples):
        raise ActorError(f"{take.sound} holds no sound; record it again.")
    start = movie_timecode(take.sound) if movie and track.start_timecode is not None else None
    if start is not None:
        late = track.start_timecode - float(timecode_seconds([start[0]], start[1])[0])
        if abs(late) < _SAME_CLOCK:
            track = replace(track, times=track.times + late)
    return track, samples


def _read_track(path: Path, face_model: Path | None) -> Track:
    suffix = path.suffix.lower()
    if suffix == ".json":
        return read_beat(path)
    if suffix == ".npz":
        return read_capture_npz(path)
    if suffix == ".csv":
        return read_live_link(path) if is_live_link(_first_line(path)) else read_curves_csv(path)
    return read_video(path, face_model)


def _first_line(path: Path) -> str:
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.readline()
    except UnicodeDecodeError as error:
        raise ActorError(f"{path} is no text; export it as CSV again.") from error


def _may_be_curves(path: Path) -> bool:
    """False for the lists and notes that recorders put beside their takes."""
    if path.stem.endswith("_neutral"):
        return False
    if path.suffix.lower() == ".csv":
        return is_live_link(_first_line(path)) or _first_line(path).startswith(("t,", "time,"))
    if path.suffix.lower() == ".json":
        with path.open(encoding="utf-8", errors="replace") as file:
            return '"weights"' in file.read(100_000)
    return True


def _preference(path: Path) -> tuple[str, int, str]:
    """Calibrated before plain before raw, of each take."""
    match = _PROCESSED.search(path.stem)
    rank = {"cal": 0, None: 1, "raw": 2}.get(match and match.group(1), 3)
    return (str(path.parent), rank, path.name)


def _sound_of(curves: Path) -> Path:
    stems = (curves.stem, _PROCESSED.sub("", curves.stem))
    beside = [path for path in curves.parent.iterdir() if path.suffix.lower() in _SOUNDS]
    named = [p for e in _SOUNDS for p in beside if p.stem in stems and p.suffix.lower() == e]
    if named:
        return named[0]
    if len(beside) == 1 and len(list(curves.parent.glob(f"*{curves.suffix}"))) == 1:
        return beside[0]
    raise ActorError(
        f"{curves} has no sound: put {curves.stem}.wav (or .flac, .ogg, .mp3, .mov) beside it."
    )
