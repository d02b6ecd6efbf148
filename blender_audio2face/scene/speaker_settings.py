"""Converts a speaker's Blender properties to and from the dataclasses of ``core``."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..core.compose import STEPPED, KeyingSettings
from ..core.rigs.mapping import Link, Mapping, Target
from ..core.shaping.settings import RANGES, Dials
from .frame_map import timeline_frames
from .live_changes import batch_update, suspend_live_update
from .properties.speaker import NEW

if TYPE_CHECKING:
    import bpy

    from .properties.links import Audio2FaceLink
    from .properties.speaker import Audio2FaceSpeaker

_LINK_VALUES = ("output", "multiplier", "offset", "low", "high", "enabled")
_KEY_VALUES = ("preset", "output", "reduction", "tolerance", "hold", "only_preview_range")
_TARGET_VALUES = ("kind", "path", "component", "rest", "extreme")


def dials_of(speaker: "Audio2FaceSpeaker") -> Dials:
    """A speaker's dials."""
    group = speaker.dials
    return Dials(
        **{name: getattr(group, name) for name in (*RANGES, "blinks")},
        channels={each.name: each.strength for each in group.channels if each.strength != 1.0},
    )


def keying_settings(
    speaker: "Audio2FaceSpeaker | None",
    scene: "bpy.types.Scene",
    choices: Sequence[tuple[str, object]] = (),
) -> KeyingSettings:
    """How a speaker's curves become keys.

    Args:
        speaker: None for a new speaker.
        scene: the speaker's.
        choices: (property, value) used instead of the speaker's own.
    """
    names = ("reduction", "tolerance", "hold", "only_preview_range")
    if speaker is None:
        dials = Dials()
        properties = scene.audio2face.bl_rna.properties["speakers"].fixed_type.properties
        values = {name: properties[name].default for name in names} | NEW
    else:
        dials = dials_of(speaker)
        values = {name: getattr(speaker, name) for name in names}
    values |= dict(choices)
    preview = None
    if values["only_preview_range"] and scene.use_preview_range:
        preview = timeline_frames(scene, scene.frame_preview_start, scene.frame_preview_end)
    keys = values["reduction"]
    hold = values["hold"] if keys == STEPPED else 1
    return KeyingSettings(dials, keys, values["tolerance"], hold, preview)


def set_dials(speaker: "Audio2FaceSpeaker", dials: Dials) -> None:
    """Sets a speaker's dials."""
    with batch_update(speaker):
        for name in (*RANGES, "blinks"):
            setattr(speaker.dials, name, getattr(dials, name))
        speaker.dials.channels.clear()
        for name, strength in dials.channels.items():
            channel = speaker.dials.channels.add()
            channel.name, channel.strength = name, strength


def mapping_of(speaker: "Audio2FaceSpeaker") -> Mapping | None:
    """The artist's own mapping; None if it is automatic."""
    if not len(speaker.links):
        return None
    return Mapping(speaker.preset or None, tuple(_link_of(group) for group in speaker.links))


def set_mapping(speaker: "Audio2FaceSpeaker", mapping: Mapping) -> None:
    """Makes a mapping the artist's own; links that stay keep the score of their guess."""
    scores = scores_of(speaker)
    with batch_update(speaker):
        speaker.preset = mapping.preset_id or ""
        speaker.links.clear()
        for link in mapping.links:
            group = speaker.links.add()
            group.target = link.target.name
            for name in _LINK_VALUES:
                setattr(group, name, getattr(link, name))
            for name in _TARGET_VALUES:
                setattr(group, name, getattr(link.target, name))
            group.score = scores.get((group.output, group.target), 0.0)


def scores_of(speaker: "Audio2FaceSpeaker") -> dict[tuple[str, str], float]:
    """(output, target) → how sure the guess of a link is; without links that were not guessed."""
    return {(link.output, link.target): link.score for link in speaker.links if link.score}


def set_scores(speaker: "Audio2FaceSpeaker", scores: dict[tuple[str, str], float]) -> None:
    """Notes how sure the guesses of links are; the others are sure."""
    for link in speaker.links:
        link.score = scores.get((link.output, link.target), 0.0)


def _link_of(group: "Audio2FaceLink") -> Link:
    target = Target(name=group.target, **{name: getattr(group, name) for name in _TARGET_VALUES})
    return Link(target=target, **{name: getattr(group, name) for name in _LINK_VALUES})


@dataclass(frozen=True)
class Snapshot:
    """All settings of a speaker that keys depend on."""

    dials: Dials
    mapping: Mapping | None
    preset: str
    output: str
    reduction: str
    tolerance: float
    hold: int
    only_preview_range: bool


def snapshot(speaker: "Audio2FaceSpeaker") -> Snapshot:
    """The present settings, for ``restore``."""
    return Snapshot(
        dials_of(speaker), mapping_of(speaker), *(getattr(speaker, name) for name in _KEY_VALUES)
    )


def restore(speaker: "Audio2FaceSpeaker", before: Snapshot) -> None:
    """Restores settings; keys do not follow."""
    with suspend_live_update():
        set_dials(speaker, before.dials)
        set_mapping(speaker, before.mapping or Mapping(None, ()))
        for name in _KEY_VALUES:
            setattr(speaker, name, getattr(before, name))


_KEYED_WITH = "keyed_with"
"""Custom property of a speaker: digest of the settings that its keys were made with."""


def note_keyed(speaker: "Audio2FaceSpeaker") -> None:
    """Notes that the keys were made with the present settings."""
    speaker[_KEYED_WITH] = _digest(speaker)


def is_keyed(speaker: "Audio2FaceSpeaker") -> bool:
    """Whether the keys were made with the present settings; True if that is not known."""
    noted = speaker.get(_KEYED_WITH)
    return noted is None or noted == _digest(speaker)


_ADDED = ("pauses=0.0, ", "ease=0.0, ", "style=0.0, ", "hold=2, ")
"""Settings that came later, as they stand where nobody sets them: not in the digests of files from
before."""


def _digest(speaker: "Audio2FaceSpeaker") -> str:
    text = repr(snapshot(speaker))
    for setting in _ADDED:
        text = text.replace(setting, "")
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
