"""Bones become links of a speaker's mapping: by a recorded rest and extreme, or by its head."""

from collections.abc import Sequence

from . import pose_text, settings
from .errors import PlanError
from .head_bone import find_head_bone, head_links
from .rigs.mapping import Link, Mapping, known_outputs
from .rigs.pose import Pose, links_between
from .rigs.preset import preset_with_id
from .speakers import members_of
from .targets import automatic_mapping

_REST = "recorded_rest"


def remember_rest(speaker, pose: Pose) -> None:
    """Keeps a pose as the rest of the next extreme."""
    speaker[_REST] = pose_text.dumps(pose)


def record_extreme(speaker, output: str, pose: Pose) -> int:
    """Links the bones that differ from the recorded rest; returns how many links were made.

    Raises:
        PlanError: no rest was recorded, no bone moved, or there is no such channel.
    """
    output = output or speaker.record_output
    preset = preset_with_id(speaker.preset) if speaker.preset else None
    if output not in known_outputs(preset):
        raise PlanError(f'There is no channel "{output}": choose an ARKit name such as jawOpen.')
    stored = speaker.get(_REST)
    if stored is None:
        raise PlanError("No rest was recorded: pose the bones at rest and press Record Rest.")
    links = links_between(output, pose_text.loads(stored), pose)
    if not links:
        raise PlanError("The bones are where they rest: move them to the extreme first.")
    _add_links(speaker, links)
    return len(links)


def link_head(speaker, bone_name: str) -> str:
    """Links the head's nods to a bone, from its pose now; returns the bone's name.

    Raises:
        PlanError: the face has no armature, or that no such bone.
        MappingError: the bone turns by axis and angle.
    """
    armature = next((obj for obj in members_of(speaker) if obj.type == "ARMATURE"), None)
    if armature is None:
        raise PlanError("The face has no armature: add it with Add Selected to Face first.")
    name = bone_name or find_head_bone(armature)
    if name is None or name not in armature.pose.bones:
        raise PlanError(f'Armature "{armature.name}" has no bone "{name or "head"}": name another.')
    _add_links(speaker, head_links(armature, name))
    return name


def _add_links(speaker, links: Sequence[Link]) -> None:
    """Adds links in place of those of the same output and target; an automatic mapping becomes
    the speaker's own first, so that nothing of it is lost."""
    mapping = settings.mapping_of(speaker)
    if mapping is None:
        mapping = automatic_mapping(members_of(speaker), speaker.preset or None)
    replaced = {(link.output, link.target.address) for link in links}
    kept = [one for one in mapping.links if (one.output, one.target.address) not in replaced]
    settings.set_mapping(speaker, Mapping(mapping.preset_id, (*kept, *links)))
