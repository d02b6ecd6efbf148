"""What of a speaker's objects is keyed, by whose names, and the datablocks that get the keys."""

from .character import has_shape_keys
from .errors import PlanError
from .plan import SkippedMesh
from .settings import mapping_of
from .shape_effect import without_effect
from .target_plan import TargetPlan, TargetSettings
from .targets import key_with_uid, object_with_uid, plan_targets


def plan_face(
    objects: list, speaker, *, check_effect: bool = True
) -> tuple[tuple[TargetPlan, ...], tuple[SkippedMesh, ...]]:
    """What to key on each datablock of a face, and the objects left out.

    Args:
        objects: the face's.
        speaker: gives mapping and preset; None for a new one.
        check_effect: whether to look for shape keys that move nothing, which reads every shape.

    Raises:
        PlanError: nothing would move.
        PresetError: the speaker names an unknown preset.
    """
    mapping, preset = None, None
    if speaker is not None:
        mapping, preset = mapping_of(speaker), speaker.preset or None
    plans, skipped = plan_targets(objects, TargetSettings(mapping, preset, check_effect))
    if plans:
        return plans, skipped
    if not objects:
        raise PlanError("No face is selected: select the meshes, or the armature, of the face.")
    if not skipped:
        raise PlanError(
            "Nothing to key: the face has no control of the mapping. Choose a preset for this rig."
        )
    reasons = "; ".join(f'"{mesh.object_name}" {mesh.reason}' for mesh in skipped)
    raise PlanError(f"Nothing to key: {reasons}.")


def datablock_of(plan: TargetPlan):
    """The datablock that a plan animates. Raises GoneError when it is gone."""
    return key_with_uid(plan.uid) if plan.kind == "KEY" else object_with_uid(plan.uid)


def animated_datablocks(objects: list) -> list:
    """Every datablock of a face that a bake may have keyed, none twice."""
    found = {}
    for obj in objects:
        found.setdefault(obj.session_uid, obj)
        if has_shape_keys(obj):
            key = obj.data.shape_keys
            found.setdefault(key.session_uid, key)
    return list(found.values())


def still_shapes(objects: list) -> set[str]:
    """Names of shape keys that move no vertex on any mesh of a face; reads every shape."""
    still, moving = set(), set()
    for datablock in animated_datablocks(objects):
        if datablock.id_type != "KEY":
            continue
        names = [block.name for block in datablock.key_blocks]
        flat = set(without_effect(datablock, names))
        still |= flat
        moving |= set(names) - flat
    return still - moving
