"""One glTF clip for each character: Blender's exporter makes one of each Action, and a face has an
Action for each of its meshes and its armature.

The exporter finds ``glTF2ExportUserExtension`` in the extension's root and calls its hooks.
"""

from collections.abc import Iterator

import bpy

from ..scene.speakers import members_of
from . import action_api, action_properties, nla


class ExportedClips:
    """What the exporter calls."""

    def gather_gltf_hook(self, _scene_index, _scenes, animations: list, _settings) -> None:
        """Joins the clips of each speaker, in place, under the name of the first."""
        rests = {action.name for action in bpy.data.actions if action.get(nla.REST)}
        animations[:] = [animation for animation in animations if animation.name not in rests]
        for speaker in _speakers():
            names = set(_baked_actions(speaker))
            clips = [animation for animation in animations if animation.name in names]
            for clip in clips[1:]:
                _append(clips[0], clip)
                animations.remove(clip)


def _append(clip, other) -> None:
    """Adds another clip's channels, which know their samplers by number."""
    offset = len(clip.samplers)
    clip.samplers.extend(other.samplers)
    for channel in other.channels:
        channel.sampler += offset
        clip.channels.append(channel)


def _speakers() -> list:
    return [speaker for scene in bpy.data.scenes for speaker in scene.audio2face.speakers]


def _baked_actions(speaker) -> Iterator[str]:
    """Names of the Actions that bakes made for a speaker's face."""
    for obj in members_of(speaker):
        keys = getattr(obj.data, "shape_keys", None)
        for datablock in (obj, keys):
            animation = datablock.animation_data if datablock is not None else None
            if animation is None:
                continue
            action = animation.action
            record = action_properties.record_of(action, action_api.slot_of(animation))
            if record is not None and record.ours:
                yield action.name
            in_nla = nla.find_ours(animation)
            if in_nla is not None:
                yield in_nla[1].action.name
