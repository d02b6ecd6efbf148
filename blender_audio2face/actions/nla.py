"""Our Action as a strip in the NLA, on a track of ours above the artist's."""

from contextlib import ExitStack

from . import slotted, store

TRACK = "Audio2Face"
"""Name of our track."""

_PLACEMENT = (
    "scale",
    "repeat",
    "use_reverse",
    "use_sync_length",
    "action_frame_start",
    "action_frame_end",
    "frame_start_ui",
)


def strips_of(anim) -> list:
    """(track, strip) of every Action strip, the lowest track first."""
    return [
        (track, strip)
        for track in anim.nla_tracks
        for strip in track.strips
        if strip.action is not None
    ]


def find_ours(anim):
    """(track, strip) that plays an Action of ours, or None."""
    for track, strip in reversed(strips_of(anim)):
        record = store.record_of(strip.action, slotted.slot_of(strip))
        if record is not None and record.ours and strip.action.is_editable:
            return track, strip
    return None


def add(anim, action, slot, first: int, last: int, undo: ExitStack):
    """Plays an Action from its frame ``first`` to ``last`` at those frames, added to what lies
    below; returns (track, strip)."""
    track = anim.nla_tracks.new()
    undo.callback(anim.nla_tracks.remove, track)
    track.name = TRACK
    strip = track.strips.new(action.name, first, action)
    slotted.assign(strip, action, slot)
    strip.blend_type = "COMBINE"
    strip.extrapolation = "NOTHING"
    _place(strip, first, last)
    return track, strip


def change(strip, action, slot, first: int, last: int, undo: ExitStack) -> None:
    """Makes a strip of ours play another Action from frame ``first`` to ``last``."""
    was = strip.action, slotted.slot_of(strip), {name: getattr(strip, name) for name in _PLACEMENT}
    undo.callback(_restore, strip, *was)
    slotted.assign(strip, action, slot)
    _place(strip, first, last)


def remove(anim, track, strip) -> None:
    """Removes a strip of ours, and its track when nothing else is on it."""
    track.strips.remove(strip)
    if not track.strips:
        anim.nla_tracks.remove(track)


def other_strips(anim, strip) -> list:
    """The strips besides ours that play."""
    return [
        other
        for track in anim.nla_tracks
        for other in track.strips
        if not track.mute and not other.mute and other != strip
    ]


def _place(strip, first: int, last: int) -> None:
    strip.scale, strip.repeat = 1.0, 1.0
    strip.use_reverse = strip.use_sync_length = False
    _set_range(strip, first, last)
    strip.frame_start_ui = first


def _set_range(strip, first: float, last: float) -> None:
    """Blender keeps the start from passing the end: widen first, then narrow."""
    strip.action_frame_end = max(last, strip.action_frame_end)
    strip.action_frame_start = first
    strip.action_frame_end = last


def _restore(strip, action, slot, placement: dict) -> None:
    slotted.assign(strip, action, slot)
    _set_range(strip, placement["action_frame_start"], placement["action_frame_end"])
    for name, value in placement.items():
        setattr(strip, name, value)
