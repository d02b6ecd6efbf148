"""A speaker's mapping follows shape keys, bones and properties that were renamed after a bake."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import bpy

from ..animation import action_api, action_properties, nla
from ..core.rigs.mapping import Link, Mapping, automatic
from ..core.rigs.match import chosen_match
from ..scene import live_changes, speaker_settings
from ..scene.face_plan import animated_datablocks, automatic_mapping
from ..scene.speakers import members_of

_QUOTED = r'\["((?:[^"\\]|\\.)*)"\]'
_SHAPE = re.compile(rf"key_blocks{_QUOTED}\.value$")
_BONE = re.compile(rf"pose\.bones{_QUOTED}")
_PROPERTY = re.compile(rf"(?:pose\.bones{_QUOTED})?{_QUOTED}$")


@dataclass
class _Renamed:
    """What was renamed since a face was keyed: old name -> new name.

    Attributes:
        shapes, bones: by their names.
        properties: by the old name of the bone, or an empty text, and their own.
    """

    shapes: dict[str, str] = field(default_factory=dict)
    bones: dict[str, str] = field(default_factory=dict)
    properties: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, old: str, new: str) -> None:
        """Notes the new data path of an F-curve."""
        for pattern, names in ((_SHAPE, self.shapes), (_BONE, self.bones)):
            before, after = pattern.match(old), pattern.match(new)
            if before and after and before[1] != after[1]:
                names[_plain(before[1])] = _plain(after[1])
        before, after = _PROPERTY.match(old), _PROPERTY.match(new)
        if before and after and before[2] != after[2]:
            self.properties[_plain(before[1] or ""), _plain(before[2])] = _plain(after[2])

    def __bool__(self) -> bool:
        return bool(self.shapes or self.bones or self.properties)


def follow_renames(speaker) -> None:
    """Has the links of a speaker name what their targets are called now.

    Blender renames F-curves with what they move, so the keys of the last bake tell what a target
    was renamed to. An automatic mapping becomes a mapping of the speaker's own where it does not
    know the new name.
    """
    objects = members_of(speaker)
    renamed = _renamed(objects)
    if not renamed:
        return
    mapping = speaker_settings.mapping_of(speaker)
    if mapping is None:
        followed = _completed(objects, speaker.preset or None, renamed.shapes)
    else:
        present = set(_shape_names(objects))
        links = [new for link in mapping.links for new in _moved(link, renamed, present)]
        followed = replace(mapping, links=tuple(dict.fromkeys(links)))
    if followed is not None and followed != mapping:
        with live_changes.suspend_live_update():
            speaker_settings.set_mapping(speaker, followed)


def _renamed(objects: list) -> _Renamed:
    found = _Renamed()
    for datablock in animated_datablocks(objects):
        anim = datablock.animation_data
        if anim is None:
            continue
        for user in (anim, *(strip for _, strip in nla.strips_of(anim))):
            moved = action_properties.moved_paths(user.action, action_api.slot_of(user))
            for old, new in moved.items():
                found.add(old.path, new.path)
    return found


def _plain(name: str) -> str:
    """A name without the backslashes that it has in a data path."""
    return bpy.utils.unescape_identifier(name)


def _moved(link: Link, renamed: _Renamed, present: set[str]) -> Iterator[Link]:
    """The links to use instead of one; also the old one where another mesh has the old name."""
    target = link.target
    if target.kind == "shape" and target.name in renamed.shapes:
        if target.name in present:
            yield link
        yield replace(link, target=replace(target, name=renamed.shapes[target.name]))
    elif target.kind == "bone":
        name = renamed.bones.get(target.name, target.name)
        yield replace(link, target=replace(target, name=name))
    elif target.kind == "property":
        name = renamed.properties.get((target.path, target.name), target.name)
        bone = renamed.bones.get(target.path, target.path)
        yield replace(link, target=replace(target, name=name, path=bone))
    else:
        yield link


def _completed(objects: list, preset_id: str | None, shapes: dict[str, str]) -> Mapping | None:
    """The automatic mapping with the links of shape keys that it knew by their old names alone;
    None where it knows all."""
    mapping = automatic_mapping(objects, preset_id)
    known = {link.target.name for link in mapping.links}
    old_names = {new: old for old, new in shapes.items() if new not in known}
    if not old_names:
        return None
    names = tuple(dict.fromkeys(old_names.get(name, name) for name in _shape_names(objects)))
    best = chosen_match(names, preset_id)
    if best is None:
        return None
    lost = [
        replace(link, target=replace(link.target, name=new))
        for link in automatic(names, best.preset.id).links
        for new, old in old_names.items()
        if link.target.kind == "shape" and link.target.name == old
    ]
    if not lost:
        return None
    return Mapping(best.preset.id, (*mapping.links, *lost))


def _shape_names(objects: list) -> list[str]:
    keys = [block for block in animated_datablocks(objects) if block.id_type == "KEY"]
    return [block.name for key in keys for block in key.key_blocks]
