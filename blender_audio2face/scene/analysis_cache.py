"""The curves that a speaker caches, so that dials and moved strips need no new analysis."""

from contextlib import ExitStack
from typing import TYPE_CHECKING

from ..core.cached_curves import CachedCurvesError, StripCurves
from ..core.sound import sound_segment, strip_timing
from ..core.sound.strip_timing import StripTiming
from .frame_map import stretched_time
from .kept_paths import remove_unused
from .speakers import way_back

if TYPE_CHECKING:
    from .properties.speaker import Audio2FaceSpeaker, Audio2FaceTake

_CURVES = "curves"
_PROPERTIES = ("label", "heard", "timing", "file", "first_frame", "channel", "is_voice", "sound")


def store_curves(
    speaker: "Audio2FaceSpeaker",
    strip: StripCurves,
    undo: ExitStack,
    choice: tuple[int, bool] | None = None,
) -> None:
    """Caches the curves of a strip, instead of those with its key.

    Args:
        speaker: whose.
        strip: with its key. Equal curves are not written again.
        undo: gets the steps that restore what was cached.
        choice: (channel by which the strip was chosen or 0, whether it is the sound file of the
            speaker's settings); None where that stays as it was.
    """
    takes = speaker.takes
    take = takes.get(strip.key)
    if take is None:
        take = takes.add()
        take.name = strip.key
        way_back(speaker, undo, lambda found: _remove(found, strip.key))
    else:
        state = _state(take)
        way_back(speaker, undo, lambda found: _restore(found, strip.key, state))
    if take.get(_CURVES) != strip.encoded:
        _set_curves(take, strip.encoded)
    take.label, take.file, take.sound = strip.name, strip.file, strip.sound
    if choice is not None:
        take.channel, take.is_voice = choice
    take.first_frame = stretched_time(speaker.id_data).timeline_frame(strip.timing.content_start)
    take.heard = sound_segment.dumps(strip.segment) if strip.segment is not None else ""
    take.timing = strip_timing.dumps(strip.timing)


def cached_curves(take: "Audio2FaceTake") -> StripCurves:
    """The cached curves of a strip, where they were keyed last.

    Raises CachedCurvesError if the timing is damaged; damaged curves raise it when they are read.
    """
    segment = sound_segment.loads(take.heard)
    timing = timing_of(take)
    data = take.get(_CURVES)
    return StripCurves(
        name=take.label,
        timing=timing,
        encoded=data if isinstance(data, bytes) else b"",
        cut=timing.start - segment.start if segment is not None else 0.0,
        segment=segment,
        file=take.file,
        key=take.name,
        sound=take.sound,
    )


def remove_curves(speaker: "Audio2FaceSpeaker", key: str, undo: ExitStack) -> None:
    """Forgets the curves with a key, if there are any; ``undo`` gets the way back."""
    take = speaker.takes.get(key)
    if take is None:
        return
    state = _state(take)

    def restore(found: "Audio2FaceSpeaker") -> None:
        found.takes.add().name = key
        _restore(found, key, state)

    way_back(speaker, undo, restore)
    _remove(speaker, key)


def timing_of(take: "Audio2FaceTake") -> StripTiming:
    """Where cached curves are keyed. Raises CachedCurvesError if the timing is damaged."""
    try:
        return strip_timing.loads(take.timing)
    except ValueError as error:
        raise CachedCurvesError(
            f'The curves kept of "{take.label}" are damaged: bake it again.'
        ) from error


def _state(take: "Audio2FaceTake") -> dict:
    return {**{name: getattr(take, name) for name in _PROPERTIES}, _CURVES: take.get(_CURVES, b"")}


def _remove(speaker: "Audio2FaceSpeaker", key: str) -> None:
    index = speaker.takes.find(key)
    if index >= 0:
        speaker.takes.remove(index)
        remove_unused()


def _restore(speaker: "Audio2FaceSpeaker", key: str, state: dict) -> None:
    take = speaker.takes.get(key)
    if take is None:
        return
    for name in _PROPERTIES:
        setattr(take, name, state[name])
    _set_curves(take, state[_CURVES])


def _set_curves(take: "Audio2FaceTake", data: bytes) -> None:
    if _CURVES in take:  # bytes assigned to existing bytes are cut at the first zero
        del take[_CURVES]
    take[_CURVES] = data
