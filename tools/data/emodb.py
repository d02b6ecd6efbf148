"""Emo-DB's narrow labels as plain phones.

The labels mark where something begins; an entry lasts until the next one. Beside phones there are

- `_d` a closure before its release, which is the beginning of the stop d;
- `!d` the release of a stop, and `dasp` its aspiration: both belong to the stop before. An
  aspiration or release that follows no stop is a stop whose closure cannot be heard;
- `+lar`, `-sth`, `[+eng` … remarks that something begins or ends within a sound (voicing,
  creak, breathiness, audibility): they continue the sound before;
- `(` a pause and `(gef` a stretch that may be a pause or a hesitation: silence where the audio is
  silent, otherwise a continuation of the sound before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from .labels import Label

_PLACES = ("pb", "td", "kg")
_STOPS = frozenset("".join(_PLACES))
_NAKED_REMARKS = frozenset({"hoe", "!"})


def merge_labels(labels: Iterable[Label], is_silent: Callable[[float, float], bool]) -> list[Label]:
    """Merge closures, releases and remarks into the phones they belong to.

    `labels` are (entry, start, end) in seconds; `is_silent(start, end)` tells whether the audio is
    silent there. Returns labels in the alphabet "emodb".
    """
    merged: list[Label] = []
    for entry, start, end in labels:
        before = merged[-1] if merged else None
        stop = _stop_of(entry)
        if stop and before and _same_place(before[0], stop) and not entry.startswith("_"):
            merged[-1] = (before[0], before[1], end)
        elif stop:
            merged.append((stop, start, end))
        elif entry.startswith("("):
            _add_pause(merged, start, end, is_silent(start, end))
        elif entry[0] in "+-[" or entry in _NAKED_REMARKS:
            _continue(merged, start, end)
        else:
            merged.append((entry.split("+")[0], start, end))
    return merged


def _same_place(sound: str, stop: str) -> bool:
    return any(sound in place and stop in place for place in _PLACES)


def _stop_of(entry: str) -> str | None:
    """The stop whose closure, release or aspiration an entry is, or None."""
    if entry[0] in "_!" and entry[1:2] in _STOPS:
        return entry[1]
    if entry.endswith("asp") and entry[0] in _STOPS:
        return entry[0]
    return None


def _add_pause(merged: list[Label], start: float, end: float, silent: bool) -> None:
    if silent:
        merged.append(("sil", start, end))
    else:
        _continue(merged, start, end)


def _continue(merged: list[Label], start: float, end: float) -> None:
    # A remark before any sound describes nothing that is heard: the time stays uncovered.
    if merged:
        merged[-1] = (merged[-1][0], merged[-1][1], end)
