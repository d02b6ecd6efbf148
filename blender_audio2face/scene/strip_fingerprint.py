"""Fingerprints of strips, to find cheaply that their plans are unchanged.

The plan of a retimed strip or a scene strip needs a mixdown, and that of some files decoding, which
would block the window. Equal fingerprints mean equal plans; different ones may still do so.
"""

from collections.abc import Hashable
from pathlib import Path

from ..core.sound.decoders import CHOOSE, check_sound_file
from ..core.sound.sound_selection import Several, SoundChoice, SoundFile, SoundSelection
from . import sequencer_api
from .frame_map import fingerprint
from .kept_paths import absolute, packed_content
from .resolve_sound import face_scene_of, scene_of
from .strips import chosen_strips, strip_volume

_PLAIN = ("BOOLEAN", "INT", "FLOAT", "STRING", "ENUM")


def strip_fingerprint(selection: SoundSelection) -> tuple[object, ...]:
    """All readable properties that the plans of the selected sounds depend on.

    Leaves out the sound of objects in a scene strip. Raises StripError as planning does.
    """
    scene, animated = scene_of(selection), face_scene_of(selection)
    frames = fingerprint(scene, animated), selection.sound_channel
    return *_of_choice(scene, selection.selector, animated), frames


def _of_choice(scene, selector: SoundChoice, animated) -> tuple[object, ...]:
    if isinstance(selector, SoundFile):
        return _of_file(scene, selector)
    if isinstance(selector, Several):
        parts = [selector.strips] if selector.strips.names else []
        return tuple(_of_choice(scene, part, animated) for part in (*parts, *selector.files))
    return tuple(_of_strip(scene, strip) for strip in chosen_strips(scene, selector, animated))


def _of_file(scene, choice: SoundFile) -> tuple[object, ...]:
    path = absolute(choice.path, scene.library)
    rate = scene.render.fps, scene.render.fps_base
    content = packed_content(path)
    if content is not None:
        return path, choice.first_frame, *rate, len(content)
    check_sound_file(path, CHOOSE)
    status = Path(path).stat()
    return path, choice.first_frame, *rate, status.st_size, status.st_mtime_ns


def _of_strip(scene, strip) -> tuple[object, ...]:
    timing = sequencer_api.strip_timing(scene, strip)
    played = ()
    if sequencer_api.plays_scene(strip):
        inner = strip.scene
        played = tuple(_of_strip(inner, each) for each in sequencer_api.sound_strips(inner))
        played += (inner.frame_start, inner.frame_end, inner.render.fps, inner.render.fps_base)
    sound = getattr(strip, "sound", None)
    packed = sound.packed_file.size if sound is not None and sound.packed_file is not None else None
    return (
        timing,
        strip_volume(scene, strip, timing),
        sequencer_api.muted_by(scene, strip),
        [_properties(each) for each in sequencer_api.strip_and_parents(strip)],
        [key.timeline_frame for key in getattr(strip, "retiming_keys", ())],
        _properties(sound) if sound is not None else None,
        packed,
        played,
    )


def _properties(struct) -> dict[str, Hashable]:
    """Plain properties of a strip or sound, except for its selection."""
    return {
        prop.identifier: getattr(struct, prop.identifier)
        for prop in struct.bl_rna.properties
        if prop.type in _PLAIN
        and not getattr(prop, "is_deprecated", False)  # older names, which warn
        and not prop.identifier.startswith("select")
        and not getattr(prop, "is_array", False)
        and not (prop.type == "ENUM" and prop.is_enum_flag)
    }
