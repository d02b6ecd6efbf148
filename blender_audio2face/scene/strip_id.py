"""A mark that identifies a strip even when it is renamed, in a custom property of the strip.

Splitting or duplicating a strip copies its properties: the strip with the name that was marked
keeps the mark, the other gets a new mark.
"""

from uuid import uuid4

from . import sequencer_api

PROPERTY = "audio2face_id"
"""Custom property of a strip: its mark, and its name when it was marked."""


def uid_of(strip) -> str:
    """A strip's mark, or an empty text."""
    return _stored(strip)[0]


def mark(scene, strip) -> str:
    """Marks a strip unless it has a mark of its own already; returns the mark."""
    uid, name = _stored(strip)
    others = (other for other in sequencer_api.all_strips(scene) if other != strip)
    shared = any(uid_of(other) == uid for other in others)
    if not uid or (shared and name != strip.name):
        uid = uuid4().hex[:12]
    strip[PROPERTY] = f"{uid} {strip.name}"
    return uid


def marked(scene, uid: str):
    """The sound strip with a mark, preferably with the name that was marked; None without one."""
    found = [strip for strip in sequencer_api.sound_strips(scene) if uid and uid_of(strip) == uid]
    found.sort(key=lambda strip: _stored(strip)[1] != strip.name)
    return found[0] if found else None


def _stored(strip) -> tuple[str, str]:
    """(mark, name of the strip when it was marked)."""
    text = strip.get(PROPERTY)
    uid, _, name = text.partition(" ") if isinstance(text, str) else ("", "", "")
    return uid, name
