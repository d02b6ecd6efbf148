"""The record an Action carries of what was baked into it, and of what was there before.

It stands in a custom property of the Action, one record for each slot; before Blender 4.4, where an
Action has no slots, the only one has handle 0.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from .frame_ranges import FrameRange, Part, rebaked
from .keyframes import FCurvePath

REPLACE = "REPLACE"
"""How an Action is blended that hides what lies below it."""


@dataclass(frozen=True)
class SetAside:
    """How the artist's Action that ours replaced was used: the handle of its slot (None: no slot
    was chosen), and whether it had a fake user."""

    slot: int | None
    fake_user: bool


@dataclass(frozen=True)
class Record:
    """What was baked for one datablock.

    Attributes:
        ours: the Action was made by a bake; otherwise it is the artist's, baked into.
        segments: frames baked from each strip, ascending.
        channels: strip -> what it keyed.
        before: the value each channel had before the first bake.
        set_aside: how the artist's Action was used that ours replaced.
        blend_type: how the active Action was blended with the NLA before it was changed to let a
            strip of ours show: REPLACE, or None where it was not changed.
    """

    ours: bool
    segments: tuple[FrameRange, ...] = ()
    channels: Mapping[str, tuple[FCurvePath, ...]] = field(default_factory=dict)
    before: Mapping[FCurvePath, float] = field(default_factory=dict)
    set_aside: SetAside | None = None
    blend_type: str | None = None

    @property
    def strips(self) -> tuple[str, ...]:
        """The strips that were baked, by name."""
        return tuple(self.channels)

    @property
    def all_channels(self) -> tuple[FCurvePath, ...]:
        """Everything keyed, each once."""
        return tuple(dict.fromkeys(one for keyed in self.channels.values() for one in keyed))

    def owned(self, channel: FCurvePath) -> tuple[FrameRange, ...]:
        """The segments of the strips that keyed a channel: its keys there are ours."""
        strips = {strip for strip, keyed in self.channels.items() if channel in keyed}
        return tuple(segment for segment in self.segments if segment.strip in strips)

    def with_bake(
        self,
        new: tuple[FrameRange, ...],
        keyed: tuple[FCurvePath, ...],
        values: Mapping[FCurvePath, float],
    ) -> "Record":
        """The record after ``new``, all of one strip, was baked onto ``keyed``; ``values`` are
        the channels' present ones, kept where the record has none."""
        rest = self.without({segment.strip for segment in new})
        segments = rebaked(rest.segments, new)
        left = {segment.strip for segment in segments}
        channels = {strip: keyed for strip, keyed in rest.channels.items() if strip in left}
        channels |= {segment.strip: keyed for segment in new}
        return replace(self, segments=segments, channels=channels, before={**values, **self.before})

    def without(self, strips: set[str]) -> "Record":
        """The record after what was baked from some strips was taken out."""
        return replace(
            self,
            segments=tuple(s for s in self.segments if s.strip not in strips),
            channels={strip: k for strip, k in self.channels.items() if strip not in strips},
        )


def dumps(records: Mapping[int, Record]) -> str:
    """Text of an Action's records, by slot handle."""
    return json.dumps({handle: _plain(one) for handle, one in records.items()})


def loads(text: object) -> dict[int, Record]:
    """The records back from their text; empty when it is not one of ours."""
    return dict(_loads(text)) if isinstance(text, str) else {}


@lru_cache(maxsize=32)
def _loads(text: str) -> dict[int, Record]:
    """Panels ask for it at every redraw, and each step of a dial several times."""
    try:
        return {int(handle): _record(plain) for handle, plain in json.loads(text).items()}
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        IndexError,
        OverflowError,
        RecursionError,
    ):
        return {}


def _plain(record: Record) -> dict[str, object]:
    listed = list(dict.fromkeys((*record.all_channels, *record.before)))
    number = {channel: position for position, channel in enumerate(listed)}
    aside = record.set_aside
    return {
        "ours": record.ours,
        "segments": [[s.strip, s.start, s.end, s.part] for s in record.segments],
        "channels": [[*channel, record.before.get(channel)] for channel in listed],
        "keyed": {strip: [number[c] for c in keyed] for strip, keyed in record.channels.items()},
        "set_aside": None if aside is None else [aside.slot, aside.fake_user],
        "blend_type": record.blend_type,
    }


def _record(plain: dict) -> Record:
    listed = [FCurvePath(str(path), int(index)) for path, index, _ in plain["channels"]]
    values = [value for _, _, value in plain["channels"]]
    aside = plain["set_aside"]
    return Record(
        ours=bool(plain["ours"]),
        segments=tuple(
            FrameRange(str(strip), _frame(start), _frame(end), Part(part))
            for strip, start, end, part in plain["segments"]
        ),
        channels={
            strip: tuple(listed[number] for number in keyed)
            for strip, keyed in plain["keyed"].items()
        },
        before={
            channel: _finite(value)
            for channel, value in zip(listed, values, strict=True)
            if value is not None
        },
        set_aside=None if aside is None else SetAside(_slot(aside[0]), bool(aside[1])),
        blend_type=_blend_type(plain["blend_type"]),
    )


def _slot(value: object) -> int | None:
    if value is not None and not isinstance(value, int):
        raise ValueError("slot")
    return value


def _blend_type(value: object) -> str | None:
    """Raises ValueError for one that is never changed."""
    if value is not None and value != REPLACE:
        raise ValueError("blend type")
    return REPLACE if value else None


def _frame(value: object) -> int:
    """A frame. Raises ValueError for one that no timeline has."""
    if not isinstance(value, int) or abs(value) >= 1 << 31:
        raise ValueError("frame")
    return value


def _finite(value: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no value of a channel")
    return number
