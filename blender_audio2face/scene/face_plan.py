"""What to key on a face: its shape keys, pose bones and custom properties.

Shape keys are planned by the names of a preset or by the links of a mapping; bones by a mapping
only. Custom properties are planned by name where no shape key can be keyed, as imported Daz figures
drive their shape keys from them. A plan names datablocks by session_uid, and so survives undo and
renaming.
"""

from dataclasses import replace

import bpy

from ..core.rigs.mapping import Link, Mapping, automatic, chosen_match
from ..core.rigs.match import Match, rank
from ..core.sound.strip_plan import SkippedMesh
from ..core.target_plan import PlannedLink, TargetPlan, TargetSettings
from ..errors import FACE_CHANGED, FACE_REMOVED, PlanError, SceneChangedError
from . import pose_bones
from .face_objects import has_shape_keys, is_instance
from .shape_effect import without_effect
from .speaker_settings import mapping_of
from .speakers import members_of

_UNBOUNDED = (float("-inf"), float("inf"))
_ALL_DRIVEN = (
    "has drivers on all its shape keys of speech: select the armature that drives them, or remove "
    "the drivers"
)
_NOT_IN_MAPPING = "has none of the controls that the mapping names: choose it again for this rig"
_BARE_ARMATURE = (
    "is an armature without a face whose names are known: record bones or properties in the mapping"
)


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


def plan_targets(
    objects: list, settings: TargetSettings | None = None
) -> tuple[tuple[TargetPlan, ...], tuple[SkippedMesh, ...]]:
    """Decides what to key on each datablock of one character.

    Args:
        objects: its objects, e.g. from `face_objects.chosen_objects`.
        settings: the mapping to use; by default the rig is found by its names.

    Returns:
        One plan for each datablock, and the objects that have none, with reasons. Shape keys that
        several objects share are planned once.

    Raises:
        PresetError: the settings name an unknown preset.
    """
    settings = settings or TargetSettings()
    sharers: dict[int, list] = {}
    others, skipped = [], []
    for obj in objects:
        refusal = _object_refusal(obj)
        if refusal is not None:
            skipped.append(SkippedMesh(obj.name, refusal))
        elif has_shape_keys(obj):
            sharers.setdefault(obj.data.shape_keys.session_uid, []).append(obj)
        else:
            others.append(obj)
    plans = _plan_keys(list(sharers.values()), settings, skipped)
    if settings.mapping is not None:
        holders = [*others, *(obj for sharing in sharers.values() for obj in sharing)]
        plans += [plan for obj in holders if (plan := plan_object(obj, settings.mapping))]
    elif not plans:
        plans += _plan_properties(others, settings.preset_id)
        if plans:
            skipped = [mesh for mesh in skipped if mesh.reason != _ALL_DRIVEN]
    skipped += _without_plan(others, plans, settings)
    planned = {name for plan in plans for name in (plan.object_name, *plan.shared_by)}
    missing = _missing(plans, sharers, others, settings)
    return _with_missing(plans, missing), tuple(m for m in skipped if m.object_name not in planned)


def automatic_mapping(objects: list, preset_id: str | None = None) -> Mapping:
    """The links that `plan_targets` finds by name, for the artist to edit.

    Driven controls are left out. Raises PresetError for an unknown preset.
    """
    plans, _ = plan_targets(objects, TargetSettings(preset_id=preset_id, check_effect=False))
    links = dict.fromkeys(planned.link for plan in plans for planned in plan.links)
    return Mapping(plans[0].preset_id if plans else preset_id, tuple(links))


def current_mapping(speaker) -> Mapping:
    """A speaker's own mapping; where it has none, the one found by name."""
    mapping = mapping_of(speaker)
    if mapping is not None:
        return mapping
    return automatic_mapping(members_of(speaker), speaker.preset or None)


def fitting_presets(objects: list) -> tuple[Match, ...]:
    """How well presets fit a character, the best first.

    By its shape keys; where none has a known name, by its other objects' custom properties.
    """
    keys = {obj.data.shape_keys for obj in objects if has_shape_keys(obj)}
    by_shapes = rank(dict.fromkeys(name for key in keys for name in _names(key)))
    if by_shapes:
        return by_shapes
    others = [obj for obj in objects if not has_shape_keys(obj)]
    return rank(
        dict.fromkeys(name for obj in others for name in pose_bones.numeric_properties(obj))
    )


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
    if not still:
        return plan
    nothing_moves = len(still) == len(keyed)
    return replace(
        plan,
        without_effect=tuple(still),
        hidden_by=("none of the keyed shape keys moves a vertex.",) if nothing_moves else (),
    )


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


def _plan_properties(objects: list, preset_id: str | None) -> list[TargetPlan]:
    """Plans for custom properties with the names of a known rig."""
    plans = []
    for obj in objects:
        names = pose_bones.numeric_properties(obj)
        found = chosen_match(names, preset_id) if names else None
        if found is not None and found.found:
            plan = plan_object(obj, automatic(names, found.preset.id, "property"))
            if plan is not None:
                plans.append(plan)
    return plans


def plan_object(obj, mapping: Mapping) -> TargetPlan | None:
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


def _plan_keys(
    sharings: list[list], settings: TargetSettings, skipped: list[SkippedMesh]
) -> list[TargetPlan]:
    """Plans for shape keys, those of one datablock shared by a list of objects each.

    Adds what cannot be planned to ``skipped``.
    """
    names = [_names(sharing[0].data.shape_keys) for sharing in sharings]
    all_names = tuple(dict.fromkeys(name for key_names in names for name in key_names))
    best = None
    if settings.mapping is None:
        best = chosen_match(all_names, settings.preset_id)
    plans = []
    for sharing, key_names in zip(sharings, names, strict=True):
        key = sharing[0].data.shape_keys
        refusal = _refusal(key)
        if refusal is None:
            mapping, found = settings.mapping, None
            if mapping is None:
                mapping, found = _automatic(key_names, best)
            planned = _plan_one_key(sharing, mapping, found, settings)
            if isinstance(planned, TargetPlan):
                plans.append(planned)
                continue
            refusal = planned
        skipped += [SkippedMesh(obj.name, refusal) for obj in sharing]
    return plans


def _plan_one_key(
    sharing: list, mapping: Mapping, found: Match | None, settings: TargetSettings
) -> TargetPlan | str:
    """The plan for one datablock of shape keys, or why there is none."""
    obj = sharing[0]
    key = obj.data.shape_keys
    names = set(_names(key))
    links = [
        link
        for link in mapping.links
        if link.enabled and link.target.kind == "shape" and link.target.name in names
    ]
    if not links:
        if settings.mapping is not None:
            return _NOT_IN_MAPPING
        return (
            f"has {len(key.key_blocks)} shape keys but no known names such as jawOpen, viseme_aa "
            "or A, I, U, E, O: choose a rig preset, or link them by hand"
        )
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
    plan = TargetPlan(
        object_name=obj.name,
        shared_by=tuple(other.name for other in sharing[1:]),
        kind="KEY",
        uid=key.session_uid,
        preset_id=mapping.preset_id,
        links=tuple(planned),
        passed_over=found.passed_over if found is not None else (),
        driven=tuple(dict.fromkeys(driven)),
    )
    return with_effect(plan) if settings.check_effect else plan


def _automatic(names: tuple[str, ...], best: Match | None) -> tuple[Mapping, Match | None]:
    if best is None:
        return Mapping(None, ()), None
    return automatic(names, best.preset.id), chosen_match(names, best.preset.id)


def _names(key) -> tuple[str, ...]:
    names = key.key_blocks.keys()  # many times quicker than a name at a time
    reference = getattr(key.reference_key, "name", None)
    return tuple(name for name in names if name != reference)


def _refusal(key) -> str | None:
    """Why the shape keys cannot be keyed at all, or None."""
    if not key.is_editable:
        return (
            f"is linked from {_library_of(key)}: make library overrides of both the object and its "
            "mesh data, or append it"
        )
    if key.animation_data is not None and key.animation_data.use_tweak_mode:
        return "is in NLA tweak mode: leave it with Tab in the NLA editor"
    return None


def _object_refusal(obj) -> str | None:
    """Why nothing on an object itself can be keyed, or None; see ``_refusal`` for shape keys."""
    if is_instance(obj):
        return (
            f'shows the collection "{obj.instance_collection.name}": make a library override of it '
            "(Object > Library Override > Make)"
        )
    if has_shape_keys(obj):
        return None
    if not obj.is_editable:
        return f"is linked from {_library_of(obj)}: make a library override of it, or append it"
    if obj.animation_data is not None and obj.animation_data.use_tweak_mode:
        return "is in NLA tweak mode: leave it with Tab in the NLA editor"
    return None


def _library_of(datablock) -> str:
    return datablock.library.filepath if datablock.library is not None else "a library"


def _without_plan(
    others: list, plans: list[TargetPlan], settings: TargetSettings
) -> list[SkippedMesh]:
    """Reasons for objects without shape keys that were not planned."""
    skipped = []
    for obj in others:
        if obj.type != "ARMATURE":
            skipped.append(SkippedMesh(obj.name, "has no shape keys"))
        elif not plans:
            bare = _BARE_ARMATURE if settings.mapping is None else _NOT_IN_MAPPING
            skipped.append(SkippedMesh(obj.name, bare))
    return skipped


def _missing(
    plans: list[TargetPlan], sharers: dict[int, list], others: list, settings: TargetSettings
) -> tuple[str, ...]:
    """Names of the controls that no object of the character has."""
    if not plans:
        return ()
    if settings.mapping is not None:
        there = {planned.link.target.address for plan in plans for planned in plan.links}
        driven = {name for plan in plans for name in plan.driven}
        absent = [
            link.target.name
            for link in settings.mapping.links
            if link.enabled
            and link.target.name not in ("", *driven)
            and link.target.address not in there
        ]
        return tuple(dict.fromkeys(absent))
    if plans[0].kind == "KEY":
        names = [n for sharing in sharers.values() for n in _names(sharing[0].data.shape_keys)]
    else:
        names = [name for obj in others for name in pose_bones.numeric_properties(obj)]
    best = chosen_match(dict.fromkeys(names), plans[0].preset_id)
    return best.missing if best is not None else ()


def _with_missing(plans: list[TargetPlan], missing: tuple[str, ...]) -> tuple[TargetPlan, ...]:
    """The plans, with what is missing in the one with most links."""
    if not missing:
        return tuple(plans)
    fullest = max(plans, key=lambda plan: len(plan.links))
    return tuple(replace(plan, missing=missing) if plan is fullest else plan for plan in plans)


def _resolve(obj, link: Link) -> PlannedLink | str | None:
    """The F-curve of a bone or property; None where the object lacks it; or why it is not keyed."""
    target = link.target
    if target.kind == "bone":
        bone = obj.pose.bones.get(target.name) if obj.pose is not None else None
        if bone is None:
            return None
        turning = pose_bones.turning_path(bone)[0]
        if target.path.startswith("rotation") and target.path != turning:
            return (
                f'bone "{bone.name}" now turns in the mode {bone.rotation_mode}: record it again.'
            )
        path = pose_bones.bone_path(bone.name, target.path)
        return PlannedLink(link, path, target.component, *_UNBOUNDED)
    owner = obj
    if target.path:
        owner = obj.pose.bones.get(target.path) if obj.pose is not None else None
    if owner is None or target.name not in pose_bones.numeric_properties(owner):
        return None
    path = pose_bones.property_path(target.name, target.path)
    return PlannedLink(link, path, 0, *pose_bones.property_range(owner, target.name))


def _driven_paths(datablock) -> set[tuple[str, int]]:
    """(data path, array index) of everything that a driver moves."""
    anim = datablock.animation_data
    drivers = anim.drivers if anim is not None else ()
    return {(driver.data_path, driver.array_index) for driver in drivers if not driver.mute}
