"""Analysed sound, kept in the scene: dials and moved strips need no second listening."""

import json
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ...model.curves import Curves
from ..core.cached_curves import TakeError, decode
from ..core.sound import sound_segment
from ..core.sound.sound_segment import SoundSegment
from ..core.sound.strip_plan import StripPlan
from ..core.sound.strip_timing import StripTiming
from .speakers import way_back

if TYPE_CHECKING:
    from .properties.speaker import Audio2FaceSpeaker, Audio2FaceTake

_CURVES = "curves"
_DAMAGE = (
    ValueError,
    TypeError,
    KeyError,
    AttributeError,
    OverflowError,
    RecursionError,
)
_FARTHEST = 1 << 22
"""Frames; four times as far as Blender's timeline goes."""

_MOST_FPS = 1e5
"""Frames a second; three times Blender's highest rate."""

_PROPERTIES = ("label", "heard", "timing", "file", "first_frame")


@dataclass(frozen=True)
class Placed:
    """Curves and the strip they are for.

    Attributes:
        key: names what is keyed from it in our Actions, whatever the strip is called.
        label: the strip's name, for people.
        timing: where it plays.
        curves: what was heard.
        cut: seconds of the curves before the strip's first frame.
    """

    key: str
    label: str
    timing: StripTiming
    curves: Curves
    cut: float = 0.0


@dataclass(frozen=True)
class NewTake:
    """What is to be kept of a strip that was listened to.

    Attributes:
        key, label: see Placed.
        timing: where the strip plays.
        data: its curves from its first audible frame on, as ``takes.encode`` gives them.
        heard: which part of which sound it was; None for curves of a script's own.
        file: path of a sound file that is in no strip; else empty.
    """

    key: str
    label: str
    timing: StripTiming
    data: bytes
    heard: SoundSegment | None = None
    file: str = ""


def store_take(speaker: "Audio2FaceSpeaker", new: NewTake, undo: ExitStack) -> "Audio2FaceTake":
    """Keeps a take in place of the one with its key; ``undo`` gets the way back. Returns it."""
    takes = speaker.takes
    take = takes.get(new.key)
    if take is None:
        take = takes.add()
        take.name = new.key
        way_back(speaker, undo, lambda found: _remove(found, new.key))
    else:
        state = _state(take)
        way_back(speaker, undo, lambda found: _restore(found, new.key, state))
    take.label = new.label
    take.heard = sound_segment.dumps(new.heard) if new.heard is not None else ""
    take.file, take.first_frame = new.file, new.timing.left_handle
    _set_curves(take, new.data)
    set_timing(take, new.timing)
    return take


def cached_curves_of(take: "Audio2FaceTake") -> Placed:
    """A take where it was keyed last. Raises TakeError when it is damaged."""
    was = sound_segment.loads(take.heard)
    timing = timing_of(take)
    cut = timing.start - was.start if was is not None else 0.0
    return Placed(take.name, take.label, timing, _curves(take), cut)


def replaced_curves_of(take: "Audio2FaceTake", strip: StripPlan) -> Placed | None:
    """A take where its strip plays now; None when the strip plays what was not heard.

    Raises:
        TakeError: the take is damaged.
        OSError: the strip's sound cannot be read.
    """
    was = sound_segment.loads(take.heard)
    cut = sound_segment.segment_of_strip(strip).offset_in(was) if was is not None else None
    if cut is None:
        return None
    return Placed(take.name, strip.name, strip.timing, _curves(take), cut)


def set_timing(take: "Audio2FaceTake", timing: StripTiming) -> None:
    """Notes where a take is keyed."""
    take.timing = json.dumps(asdict(timing))


def timing_of(take: "Audio2FaceTake") -> StripTiming:
    """Where a take is keyed. Raises TakeError when that is damaged."""
    try:
        return _timing(json.loads(take.timing))
    except _DAMAGE as error:
        raise TakeError(f'What was kept of "{take.label}" is damaged: bake it again.') from error


def _timing(stored: dict) -> StripTiming:
    """A timing of what ``set_timing`` notes. Raises one of _DAMAGE for anything else."""
    frames = [stored.pop(name) for name in ("left_handle", "right_handle")]
    warp = stored.pop("warp")
    warp = None if warp is None else tuple(map(float, warp))
    timing = StripTiming(**stored, left_handle=frames[0], right_handle=frames[1], warp=warp)
    if not all(isinstance(frame, int) and abs(frame) < _FARTHEST for frame in frames):
        raise ValueError("frames")
    places = (timing.content_start, timing.content_trim_start, timing.sound_offset, *(warp or ()))
    if not all(abs(place) < _FARTHEST * _MOST_FPS for place in places):
        raise ValueError("places")
    count = frames[1] - frames[0]
    if not 1.0 / _MOST_FPS <= timing.fps <= _MOST_FPS:
        raise ValueError("rate")
    if count <= 0 or (warp is not None and len(warp) != count + 1):
        raise ValueError("lengths")
    return timing


def _curves(take: "Audio2FaceTake") -> Curves:
    data = take.get(_CURVES)
    return decode(data if isinstance(data, bytes) else b"")


def _state(take: "Audio2FaceTake") -> dict:
    return {**{name: getattr(take, name) for name in _PROPERTIES}, _CURVES: take.get(_CURVES, b"")}


def _remove(speaker: "Audio2FaceSpeaker", key: str) -> None:
    index = speaker.takes.find(key)
    if index >= 0:
        speaker.takes.remove(index)


def _restore(speaker: "Audio2FaceSpeaker", key: str, state: dict) -> None:
    take = speaker.takes.get(key)
    if take is None:
        return
    for name in _PROPERTIES:
        setattr(take, name, state[name])
    _set_curves(take, state[_CURVES])


def _set_curves(take: "Audio2FaceTake", data: bytes) -> None:
    if _CURVES in take:  # bytes assigned over others are cut at the first zero
        del take[_CURVES]
    take[_CURVES] = data
