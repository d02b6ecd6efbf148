"""Plans for what is keyed on an object itself: its pose bones and its custom properties."""

from . import bones
from .rigs.mapping import Link, Mapping, automatic, chosen_match
from .target_plan import PlannedLink, TargetPlan

_UNBOUNDED = (float("-inf"), float("inf"))


def plan_properties(objects: list, preset_id: str | None) -> list[TargetPlan]:
    """Plans for custom properties whose names tell a rig, as imported Daz figures have them."""
    plans = []
    for obj in objects:
        names = bones.numeric_properties(obj)
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
    drivers = _driven_channels(obj)
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


def _resolve(obj, link: Link) -> PlannedLink | str | None:
    """The F-curve of a bone or property; None where the object has it not; or what is wrong."""
    target = link.target
    if target.kind == "bone":
        bone = obj.pose.bones.get(target.name) if obj.pose is not None else None
        if bone is None:
            return None
        turning = bones.turning_path(bone)[0]
        if target.path.startswith("rotation") and target.path != turning:
            return (
                f'bone "{bone.name}" now turns in the mode {bone.rotation_mode}: record it again.'
            )
        path = bones.bone_path(bone.name, target.path)
        return PlannedLink(link, path, target.component, *_UNBOUNDED)
    owner = obj
    if target.path:
        owner = obj.pose.bones.get(target.path) if obj.pose is not None else None
    if owner is None or target.name not in bones.numeric_properties(owner):
        return None
    path = bones.property_path(target.name, target.path)
    return PlannedLink(link, path, 0, *bones.property_range(owner, target.name))


def _driven_channels(obj) -> set[tuple[str, int]]:
    anim = obj.animation_data
    if anim is None:
        return set()
    return {(driver.data_path, driver.array_index) for driver in anim.drivers if not driver.mute}
