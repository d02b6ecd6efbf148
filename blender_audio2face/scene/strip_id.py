"""A mark that stays with a strip when it is renamed, kept in a custom property of the strip.

Splitting or duplicating a strip copies its properties: the part that kept the name it was marked
under keeps the mark, the other is marked anew.
"""

from uuid import uuid4

from . import sequencer_api

PROPERTY = "audio2face_id"
"""Custom property of a strip that holds its mark, and the name it then had."""


def uid_of(strip) -> str:
    """A strip's mark, or an empty text."""
    return _stored(strip)[0]


def mark(scene, strip) -> str:
    """Marks a strip, unless it has a mark of its own already, and returns the mark."""
    uid, name = _stored(strip)
    shared = any(uid_of(one) == uid and one != strip for one in sequencer_api.all_strips(scene))
    if not uid or (shared and name != strip.name):
        uid = uuid4().hex[:12]
    strip[PROPERTY] = f"{uid} {strip.name}"
    return uid


def marked(scene, uid: str):
    """The sound strip with a mark, the one that kept its name first; None when it is gone."""
    found = [strip for strip in sequencer_api.sound_strips(scene) if uid and uid_of(strip) == uid]
    found.sort(key=lambda strip: _stored(strip)[1] != strip.name)
    return found[0] if found else None


def _stored(strip) -> tuple[str, str]:
    """(mark, name the strip had when it was marked)."""
    text = strip.get(PROPERTY)
    uid, _, name = text.partition(" ") if isinstance(text, str) else ("", "", "")
    return uid, name
