"""What to key on a face: its shape keys, pose bones and custom properties.

Shape keys are planned by the names of a preset or by the links of a mapping; bones by a mapping
only. Custom properties are planned by name where no shape key can be keyed, as imported Daz figures
drive their shape keys from them. A plan names datablocks by session_uid, and so survives undo and
renaming.
"""

import math
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

import bpy

from ..core.rigs.mapping import Link, Mapping, automatic, with_every_output
from ..core.rigs.match import Match, bone_preset, chosen_match, match, rank
from ..core.rigs.preset import Preset, preset_with_id
from ..core.sound.strip_plan import SkippedMesh
from ..core.target_plan import PlannedLink, TargetPlan
from ..errors import FACE_CHANGED, FACE_REMOVED, PlanError, SceneChangedError
from . import pose_bones
from .bone_links import bone_mapping
from .face_objects import has_shape_keys, is_instance
from .shape_effect import has_points, without_effect
from .speaker_settings import mapping_of
from .speakers import members_of

_ALL_DRIVEN = (
    "has drivers on all its shape keys of speech: select the armature that drives them, or remove "
    "the drivers"
)
_OVERRIDE_INSTANCE = "make a library override of it (Object > Library Override > Make)"
_NOTHING_LINKED = (
    "has no shape key linked yet: choose some under Face > Mapping, or press Guess by Geometry"
)
_NOT_IN_MAPPING = "has none of the controls that the mapping names: choose it again for this rig"
_BARE_ARMATURE = (
    "is an armature without a face whose names are known: record bones or properties in the mapping"
)


def plan_face(objects: list, speaker) -> tuple[tuple[TargetPlan, ...], tuple[SkippedMesh, ...]]:
    """What to key on each datablock of a face, and the objects left out.

    Args:
        objects: the face's.
        speaker: gives mapping and preset; None for a new one.

    Raises:
        PlanError: nothing would move.
        PresetError: the speaker names an unknown preset.
    """
    if speaker is None:
        plans, skipped = plan_targets(objects)
    else:
        plans, skipped = plan_targets(objects, mapping_of(speaker), speaker.preset or None)
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


def plan_targets(
    objects: list, mapping: Mapping | None = None, preset_id: str | None = None
) -> tuple[tuple[TargetPlan, ...], tuple[SkippedMesh, ...]]:
    """Decides what to key on each datablock of one character.

    Args:
        objects: its objects, e.g. from `face_objects.chosen_objects`.
        mapping: the artist's links, or None: links are found by name.
        preset_id: the rig to look for then, or None: the one that fits best.

    Returns:
        One plan for each datablock, and the objects that have none, with reasons. Shape keys that
        several objects share are planned once.

    Raises:
        PresetError: there is no such preset.
    """
    sharers: dict[int, list] = {}
    others, skipped = [], []
    for obj in objects:
        if is_instance(obj):
            reason = f'shows the collection "{obj.instance_collection.name}": {_OVERRIDE_INSTANCE}'
            skipped.append(SkippedMesh(obj.name, reason))
        elif has_shape_keys(obj):
            sharers.setdefault(obj.data.shape_keys.session_uid, []).append(obj)
        elif refusal := _refusal(obj):
            skipped.append(SkippedMesh(obj.name, refusal))
        else:
            others.append(obj)
    best = None
    if mapping is None:
        keys = [sharing[0].data.shape_keys for sharing in sharers.values()]
        best = chosen_match(_shape_names(keys), preset_id)
    plans: list[TargetPlan] = []
    for sharing in sharers.values():
        planned = _plan_key(sharing, mapping, best)
        if isinstance(planned, TargetPlan):
            plans.append(planned)
        else:
            skipped += [SkippedMesh(obj.name, planned) for obj in sharing]
    if mapping is not None:
        holders = [*others, *(obj for sharing in sharers.values() for obj in sharing)]
        plans += [plan for obj in holders if (plan := _plan_object(obj, mapping))]
        missing = _missing_targets(mapping, plans)
    elif plans:
        missing = best.missing
    else:
        plans, missing = _plan_properties(others, preset_id)
        if not plans:
            plans, missing = _plan_bones(others, preset_id)
        if plans:
            skipped = [mesh for mesh in skipped if mesh.reason != _ALL_DRIVEN]
    for obj in others:
        if obj.type != "ARMATURE":
            skipped.append(SkippedMesh(obj.name, "has no shape keys"))
        elif not plans:
            reason = _BARE_ARMATURE if mapping is None else _NOT_IN_MAPPING
            skipped.append(SkippedMesh(obj.name, reason))
    planned_names = {name for plan in plans for name in (plan.object_name, *plan.shared_by)}
    skipped = [mesh for mesh in skipped if mesh.object_name not in planned_names]
    if missing:
        fullest = max(plans, key=lambda plan: len(plan.links))
        plans[plans.index(fullest)] = replace(fullest, missing=missing)
    return tuple(plans), tuple(skipped)


def automatic_mapping(objects: list, preset_id: str | None = None) -> Mapping:
    """The links that `plan_targets` finds by name, for the artist to edit.

    Driven controls are left out. Raises PresetError for an unknown preset.
    """
    plans, _ = plan_targets(objects, preset_id=preset_id)
    links = dict.fromkeys(planned.link for plan in plans for planned in plan.links)
    return Mapping(plans[0].preset_id if plans else preset_id, tuple(links))


def current_mapping(speaker) -> Mapping:
    """A speaker's own mapping; where it has none, the one found by name."""
    mapping = mapping_of(speaker)
    if mapping is not None:
        return mapping
    return automatic_mapping(members_of(speaker), speaker.preset or None)


def editable_mapping(speaker) -> Mapping:
    """A speaker's mapping with a link for every output of its preset, some without a target.

    Where no preset is known, the outputs are ARKit's.
    """
    mapping = current_mapping(speaker)
    return with_every_output(mapping, preset_with_id(mapping.preset_id or "arkit"))


def target_names(objects: list, kind: str) -> tuple[str, ...]:
    """The names that a link's target of a kind may have on a face: "shape", "bone", "property"."""
    if kind == "shape":
        return _shape_names(obj.data.shape_keys for obj in objects if has_shape_keys(obj))
    posed = [obj for obj in objects if obj.pose is not None]
    if kind == "bone":
        return tuple(dict.fromkeys(chain.from_iterable(obj.pose.bones.keys() for obj in posed)))
    bones = (bone for obj in posed for bone in obj.pose.bones)
    return _property_names((*objects, *bones))


def fitting_presets(objects: list) -> tuple[Match, ...]:
    """How well presets fit a character, the best first.

    By its shape keys; where none has a known name, by its other objects' custom properties; see
    `fitting_bones` for armatures.
    """
    with_keys = [obj for obj in objects if has_shape_keys(obj)]
    by_shapes = rank(_shape_names(obj.data.shape_keys for obj in with_keys))
    return by_shapes or rank(_property_names(obj for obj in objects if obj not in with_keys))


def fitting_bones(objects: list) -> Preset | None:
    """The preset of bones that an armature among the objects has, or None."""
    armatures = (obj for obj in objects if obj.type == "ARMATURE")
    return next(filter(None, (bone_preset(obj.pose.bones.keys()) for obj in armatures)), None)


def with_effect(plan: TargetPlan) -> TargetPlan:
    """The plan, with those of its shape keys that move nothing marked; reads every shape.

    Raises SceneChangedError where one of them no longer exists.
    """
    if plan.kind != "KEY":
        return plan
    keyed = list(dict.fromkeys(planned.link.target.name for planned in plan.links))
    key = key_with_uid(plan.uid)
    if not set(keyed) <= set(key.key_blocks.keys()):
        raise SceneChangedError(FACE_CHANGED)
    still = without_effect(key, keyed)
    hidden_by = ("none of the keyed shape keys moves a vertex.",) if still == keyed else ()
    return replace(plan, without_effect=tuple(still), hidden_by=hidden_by)


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


def _plan_properties(
    objects: list, preset_id: str | None
) -> tuple[list[TargetPlan], tuple[str, ...]]:
    """Plans for custom properties with the names of a known rig, and the outputs without one."""
    plans = []
    for obj in objects:
        names = pose_bones.numeric_properties(obj)
        found = chosen_match(names, preset_id)
        if found is not None and found.found:
            plan = _plan_object(obj, automatic(names, found.preset.id, "property"))
            if plan is not None:
                plans.append(plan)
    if not plans:
        return [], ()
    return plans, chosen_match(_property_names(objects), plans[0].preset_id).missing


def _plan_bones(objects: list, preset_id: str | None) -> tuple[list[TargetPlan], tuple[str, ...]]:
    """Plans for face bones with the names of a known rig, and the outputs without one."""
    for obj in objects:
        mapping = bone_mapping(obj, preset_id) if obj.type == "ARMATURE" else None
        plan = _plan_object(obj, mapping) if mapping is not None else None
        if plan is not None:
            moved = {planned.link.output for planned in plan.links}
            outputs = preset_with_id(mapping.preset_id).outputs
            return [plan], tuple(each.name for each in outputs if each.name not in moved)
    return [], ()


def _plan_object(obj, mapping: Mapping) -> TargetPlan | None:
    """The plan for an object's bones and custom properties, or None where none can be keyed."""
    if not obj.is_editable:
        return None
    planned, driven, hidden_by = [], [], []
    drivers = _driven_paths(obj)
    for link in mapping.links:
        if not link.enabled or link.target.kind == "shape":
            continue
        resolved = _resolve(obj, link)
        if isinstance(resolved, str):
            hidden_by.append(resolved)
        elif resolved is not None:
            if (resolved.path, resolved.index) in drivers:
                driven.append(link.target.name)
            else:
                planned.append(resolved)
    if not planned:
        return None
    return TargetPlan(
        object_name=obj.name,
        shared_by=(),
        kind="OBJECT",
        uid=obj.session_uid,
        preset_id=mapping.preset_id,
        links=tuple(planned),
        driven=tuple(dict.fromkeys(driven)),
        hidden_by=tuple(dict.fromkeys(hidden_by)),
    )


def animated_datablocks(objects: list) -> list:
    """Every datablock of a face that a bake may have keyed, none twice."""
    found = {}
    for obj in objects:
        found.setdefault(obj.session_uid, obj)
        if has_shape_keys(obj):
            key = obj.data.shape_keys
            found.setdefault(key.session_uid, key)
    return list(found.values())


def datablock_of(plan: TargetPlan):
    """The datablock that a plan animates. Raises SceneChangedError when it no longer exists."""
    return key_with_uid(plan.uid) if plan.kind == "KEY" else object_with_uid(plan.uid)


def objects_with_uids(uids: tuple[int, ...]) -> list:
    """The objects with the given session_uids that still exist, in that order."""
    by_uid = {obj.session_uid: obj for obj in bpy.data.objects}
    return [by_uid[uid] for uid in uids if uid in by_uid]


def object_with_uid(uid: int):
    """The object with a session_uid. Raises SceneChangedError when it no longer exists."""
    return _with_uid(bpy.data.objects, uid)


def key_with_uid(uid: int):
    """The shape keys with a session_uid. Raises SceneChangedError when they no longer exist."""
    return _with_uid(bpy.data.shape_keys, uid)


def _with_uid(datablocks, uid: int):
    found = next((block for block in datablocks if block.session_uid == uid), None)
    if found is None:
        raise SceneChangedError(FACE_REMOVED)
    return found


def _plan_key(sharing: list, mapping: Mapping | None, best: Match | None) -> TargetPlan | str:
    """The plan for the shape keys that objects share, or why there is none.

    ``best`` is the match of the whole face, which counts where there is no mapping.
    """
    obj = sharing[0]
    key = obj.data.shape_keys
    refusal = _refusal(key)
    if refusal is not None:
        return refusal
    if not has_points(key):
        return "has no vertices: its shape keys move nothing"
    names = _shape_names([key])
    passed_over, unlinked = (), _NOT_IN_MAPPING
    if mapping is None:
        unlinked = (
            f"has {len(key.key_blocks)} shape keys but no known names such as jawOpen, viseme_aa "
            "or A, I, U, E, O: choose a rig preset, or press Guess by Geometry"
        )
        if best is None:
            return unlinked
        mapping = automatic(names, best.preset.id)
        passed_over = match(best.preset, names).passed_over
    elif not any(link.target.name for link in mapping.links):
        unlinked = _NOTHING_LINKED
    known = set(names)
    links = [
        link
        for link in mapping.links
        if link.enabled and link.target.kind == "shape" and link.target.name in known
    ]
    if not links:
        return unlinked
    drivers = _driven_paths(key)
    planned, driven = [], []
    for link in links:
        block = key.key_blocks[link.target.name]
        path = block.path_from_id("value")
        if (path, 0) in drivers:
            driven.append(block.name)
        else:
            planned.append(PlannedLink(link, path, 0, block.slider_min, block.slider_max))
    if not planned:
        return _ALL_DRIVEN
    return TargetPlan(
        object_name=obj.name,
        shared_by=tuple(other.name for other in sharing[1:]),
        kind="KEY",
        uid=key.session_uid,
        preset_id=mapping.preset_id,
        links=tuple(planned),
        passed_over=passed_over,
        driven=tuple(dict.fromkeys(driven)),
        cut_off=tuple(dict.fromkeys(filter(None, map(_cut_off, planned)))),
    )


def _cut_off(planned: PlannedLink) -> str | None:
    """The target and the range of its slider, where that ends before the link does."""
    target = planned.link.target
    least, most = sorted((target.rest, target.extreme))
    if planned.low <= least and most <= planned.high:
        return None
    return f"{target.name} ({planned.low:g} to {planned.high:g})"


def _shape_names(keys: Iterable[bpy.types.Key]) -> tuple[str, ...]:
    """Names of shape keys, without their references."""
    names = {}
    for key in keys:
        own = dict.fromkeys(key.key_blocks.keys())  # many times quicker than a name at a time
        own.pop(getattr(key.reference_key, "name", None), None)
        names |= own
    return tuple(names)


def _property_names(objects: Iterable) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(name for obj in objects for name in pose_bones.numeric_properties(obj))
    )


def _refusal(datablock) -> str | None:
    """Why an object or its shape keys cannot be keyed at all, or None."""
    if not datablock.is_editable:
        library = datablock.library.filepath if datablock.library is not None else "a library"
        way_out = "make a library override of it"
        if datablock.id_type == "KEY":
            way_out = "make library overrides of both the object and its mesh data"
        return f"is linked from {library}: {way_out}, or append it"
    if datablock.animation_data is not None and datablock.animation_data.use_tweak_mode:
        return "is in NLA tweak mode: leave it with Tab in the NLA editor"
    return None


def _missing_targets(mapping: Mapping, plans: list[TargetPlan]) -> tuple[str, ...]:
    """Names of the mapping's targets that no object of the character has."""
    if not plans:
        return ()
    found = {planned.link.target.address for plan in plans for planned in plan.links}
    driven = {name for plan in plans for name in plan.driven}
    absent = [
        link.target.name
        for link in mapping.links
        if link.enabled
        and link.target.name not in ("", *driven)
        and link.target.address not in found
    ]
    return tuple(dict.fromkeys(absent))


def _resolve(obj, link: Link) -> PlannedLink | str | None:
    """The F-curve of a bone or property; None where the object lacks it; or why it is not keyed."""
    target = link.target
    bones = obj.pose.bones if obj.pose is not None else {}
    if target.kind == "bone":
        bone = bones.get(target.name)
        if bone is None:
            return None
        turning = pose_bones.turning_path(bone)[0]
        if target.path.startswith("rotation") and target.path != turning:
            return (
                f'bone "{bone.name}" now turns in the mode {bone.rotation_mode}: record it again.'
            )
        path = pose_bones.bone_path(bone.name, target.path)
        return PlannedLink(link, path, target.component, -math.inf, math.inf)
    owner = bones.get(target.path) if target.path else obj
    if owner is None or target.name not in pose_bones.numeric_properties(owner):
        return None
    path = pose_bones.property_path(target.name, target.path)
    return PlannedLink(link, path, 0, *pose_bones.property_range(owner, target.name))


def driven_shapes(objects: list) -> set[str]:
    """Names of shape keys that a driver moves on any of the objects."""
    return {
        block.name
        for obj in objects
        if has_shape_keys(obj) and (drivers := _driven_paths(obj.data.shape_keys))
        for block in obj.data.shape_keys.key_blocks
        if (block.path_from_id("value"), 0) in drivers
    }


def _driven_paths(datablock) -> set[tuple[str, int]]:
    """(data path, array index) of everything that a driver moves."""
    anim = datablock.animation_data
    drivers = anim.drivers if anim is not None else ()
    return {(driver.data_path, driver.array_index) for driver in drivers if not driver.mute}
