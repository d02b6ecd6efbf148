"""Whether strips may have changed, without having Blender play them.

The plan of a retimed strip or a scene strip takes a mixdown, which holds the window up. Two
glimpses that are alike mean two plans that are alike; where they differ, only the plans tell.
"""

from collections.abc import Hashable

from ..core.sound.sound_selection import SoundFile, SoundSelection
from . import sequencer_api
from .resolve_sound import scene_of
from .strips import chosen_strips, plan_sources, strip_volume

_PLAIN = ("BOOLEAN", "INT", "FLOAT", "STRING", "ENUM")


def strip_fingerprint(voice: SoundSelection) -> tuple[object, ...]:
    """All that the plans of a voice go by, as far as it can be read.

    Sound that objects of a scene strip make is not seen. Raises StripError as planning does.
    """
    scene, selector = scene_of(voice), voice.selector
    if isinstance(selector, SoundFile):
        return plan_sources(scene, selector)
    return tuple(_of_strip(scene, strip) for strip in chosen_strips(scene, selector))


def _of_strip(scene, strip) -> tuple[object, ...]:
    timing = sequencer_api.strip_timing(scene, strip)
    played = ()
    if sequencer_api.plays_scene(strip):
        inner = strip.scene
        played = tuple(_of_strip(inner, one) for one in sequencer_api.sound_strips(inner))
        played += (inner.frame_start, inner.frame_end, inner.render.fps, inner.render.fps_base)
    sound = getattr(strip, "sound", None)
    packed = sound.packed_file.size if sound is not None and sound.packed_file is not None else None
    return (
        timing,
        strip_volume(scene, strip, timing),
        sequencer_api.muted_by(scene, strip),
        [_plain(one) for one in sequencer_api.strip_and_parents(strip)],
        [key.timeline_frame for key in getattr(strip, "retiming_keys", ())],
        _plain(sound) if sound is not None else None,
        packed,
        played,
    )


def _plain(struct) -> dict[str, Hashable]:
    """Properties of a strip or sound; what is selected makes no difference."""
    return {
        one.identifier: getattr(struct, one.identifier)
        for one in struct.bl_rna.properties
        if one.type in _PLAIN
        and not getattr(one, "is_deprecated", False)  # older names of the same, which warn
        and not one.identifier.startswith("select")
        and not getattr(one, "is_array", False)
        and not (one.type == "ENUM" and one.is_enum_flag)
    }
