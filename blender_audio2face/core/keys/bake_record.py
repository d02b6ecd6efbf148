"""The record of bakes that an Action carries in a custom property.

One record for each slot, by the slot's handle; before Blender 4.4 Actions have no slots, and the
only record has handle 0.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache

from .frame_ranges import FrameRange, Part, rebaked
from .keyframes import FCurvePath

REPLACE = "REPLACE"
"""Blend type of an Action that hides the NLA tracks below it."""


@dataclass(frozen=True)
class SetAside:
    """How the artist's Action was used that ours replaced.

    Attributes:
        slot: handle of its slot; None where no slot was chosen.
        fake_user: whether it had a fake user.
    """

    slot: int | None
    fake_user: bool


@dataclass(frozen=True)
class Record:
    """What was baked for one datablock.

    Attributes:
        ours: the Action was made by a bake; otherwise it is the artist's, baked into.
        ranges: frames baked from each strip, ascending.
        channels: strip -> the channels that it keyed.
        before: the value of each channel before the first bake.
        set_aside: how the artist's Action was used that ours replaced.
        blend_type: REPLACE if the active Action was blended so until that was changed to let our
            NLA strip show; None if it was not changed.
        labels: strip -> its name when it was baked, for people; an Action that was appended or
            copied has no speaker who knows it.
    """

    ours: bool
    ranges: tuple[FrameRange, ...] = ()
    channels: Mapping[str, tuple[FCurvePath, ...]] = field(default_factory=dict)
    before: Mapping[FCurvePath, float] = field(default_factory=dict)
    set_aside: SetAside | None = None
    blend_type: str | None = None
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def strips(self) -> tuple[str, ...]:
        """The strips that were baked."""
        return tuple(self.channels)

    @cached_property
    def all_channels(self) -> tuple[FCurvePath, ...]:
        """Every channel that was keyed, once."""
        return tuple(
            dict.fromkeys(channel for keyed in self.channels.values() for channel in keyed)
        )

    def owned(self, channel: FCurvePath) -> tuple[FrameRange, ...]:
        """The frame ranges of the strips that keyed a channel: its keys there are ours."""
        strips = {strip for strip, keyed in self.channels.items() if channel in keyed}
        return tuple(baked for baked in self.ranges if baked.strip in strips)

    def with_bake(
        self,
        new: tuple[FrameRange, ...],
        keyed: tuple[FCurvePath, ...],
        values: Mapping[FCurvePath, float],
        label: str = "",
    ) -> "Record":
        """The record after a bake.

        Args:
            new: the baked frames, all of one strip.
            keyed: the baked channels.
            values: their present values, noted for channels that were not baked before.
            label: the strip's name.
        """
        rest = self.without({baked.strip for baked in new})
        ranges = rebaked(rest.ranges, new)
        strips = {baked.strip for baked in ranges}
        channels = {strip: keyed for strip, keyed in rest.channels.items() if strip in strips}
        channels |= {baked.strip: keyed for baked in new}
        labels = {**self.labels, **{baked.strip: label for baked in new if label}}
        return replace(
            self,
            ranges=ranges,
            channels=channels,
            before={**values, **self.before},
            labels={strip: text for strip, text in labels.items() if strip in channels},
        )

    def without(self, strips: set[str]) -> "Record":
        """The record without some strips."""
        return replace(
            self,
            ranges=tuple(baked for baked in self.ranges if baked.strip not in strips),
            channels={strip: k for strip, k in self.channels.items() if strip not in strips},
            labels={strip: text for strip, text in self.labels.items() if strip not in strips},
        )

    def renamed(self, moved: Mapping[FCurvePath, FCurvePath]) -> "Record":
        """The record after F-curves got other data paths, given by the old ones."""
        return replace(
            self,
            channels={
                strip: tuple(moved.get(channel, channel) for channel in keyed)
                for strip, keyed in self.channels.items()
            },
            before={moved.get(channel, channel): value for channel, value in self.before.items()},
        )


def dumps(records: Mapping[int, Record]) -> str:
    """JSON of an Action's records by slot handle."""
    return json.dumps({handle: _plain(record) for handle, record in records.items()})


def loads(text: object) -> dict[int, Record]:
    """The records of ``dumps``'s text; empty for anything else."""
    return dict(_loads(text)) if isinstance(text, str) else {}


@lru_cache(maxsize=32)
def _loads(text: str) -> dict[int, Record]:
    """Cached, as panels call it at every redraw, and each step of a dial several times."""
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
        "segments": [[each.strip, each.start, each.end, each.part] for each in record.ranges],
        "channels": [[*channel, record.before.get(channel)] for channel in listed],
        "keyed": {strip: [number[c] for c in keyed] for strip, keyed in record.channels.items()},
        "set_aside": None if aside is None else [aside.slot, aside.fake_user],
        "blend_type": record.blend_type,
        "labels": dict(record.labels),
    }


def _record(plain: dict) -> Record:
    listed = [FCurvePath(str(path), int(index)) for path, index, _ in plain["channels"]]
    values = [value for _, _, value in plain["channels"]]
    aside = plain["set_aside"]
    return Record(
        ours=bool(plain["ours"]),
        ranges=tuple(
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
        labels={
            strip: text
            for strip, text in plain.get("labels", {}).items()  # older records have none
            if isinstance(text, str)
        },
    )


def _slot(value: object) -> int | None:
    if value is not None and not isinstance(value, int):
        raise ValueError("slot")
    return value


def _blend_type(value: object) -> str | None:
    """Raises ValueError for a blend type that is never recorded."""
    if value is not None and value != REPLACE:
        raise ValueError("blend type")
    return REPLACE if value else None


def _frame(value: object) -> int:
    """Raises ValueError for a frame outside of every timeline."""
    if not isinstance(value, int) or abs(value) >= 1 << 31:
        raise ValueError("frame")
    return value


def _finite(value: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{value} is no value of a channel")
    return number
