"""A mark that identifies a strip even when it is renamed, in a custom property of the strip.

Splitting or duplicating a strip copies its properties: the strip with the name that was marked
keeps the mark, the other gets a new mark. A scene that is linked keeps no property over saving, so
its strips are known by where they are.
"""

import hashlib
from uuid import uuid4

from . import sequencer_api

PROPERTY = "audio2face_id"
"""Custom property of a strip: its mark, and its name when it was marked."""


def uid_of(strip) -> str:
    """A strip's mark, or an empty text."""
    uid, name = _stored(strip)
    scene = strip.id_data
    if scene.is_editable or (uid and name == strip.name):
        return uid
    library = scene.library
    place = (library.name if library is not None else "", scene.name, strip.name)
    return hashlib.blake2b("\0".join(place).encode(), digest_size=6).hexdigest()


def mark(scene, strip) -> str:
    """Marks a strip unless it has a mark of its own already; returns the mark."""
    if not scene.is_editable:
        return uid_of(strip)
    uid, name = _stored(strip)
    others = (other for other in sequencer_api.all_strips(scene) if other != strip)
    shared = any(uid_of(other) == uid for other in others)
    if not uid or (shared and name != strip.name):
        uid = uuid4().hex[:12]
    strip[PROPERTY] = f"{uid} {strip.name}"
    return uid


def marked(scene, uid: str):
    """The sound strip with a mark, preferably with the name that was marked; None without one."""
    found = all_marked(scene, uid)
    return found[0] if found else None


def all_marked(scene, uid: str) -> list:
    """The sound strips with a mark: the one that keeps it, then those that were split off it or
    copied from it, in the order they play."""
    found = [strip for strip in sequencer_api.sound_strips(scene) if uid and uid_of(strip) == uid]
    return sorted(
        found,
        key=lambda strip: (
            not keeps_mark(strip),
            sequencer_api.strip_timing(scene, strip).left_handle,
        ),
    )


def keeps_mark(strip) -> bool:
    """Whether a strip has the name under which it was marked, as copies of it do not."""
    return _stored(strip)[1] == strip.name


def _stored(strip) -> tuple[str, str]:
    """(mark, name of the strip when it was marked)."""
    text = strip.get(PROPERTY)
    uid, _, name = text.partition(" ") if isinstance(text, str) else ("", "", "")
    return uid, name
