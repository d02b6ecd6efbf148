"""From the selection to mesh plans: whose shape keys, which of them, what would hide the result."""

import bpy

from .mapping import match_names
from .plan import KeyedShape, MeshPlan, SkippedMesh


def chosen_meshes(context) -> list:
    """Selected mesh objects, the active one first; if none is selected, the active one."""
    layer = context.view_layer
    active = layer.objects.active
    selected = [obj for obj in layer.objects.selected if obj.type == "MESH"]
    if not selected:
        return [active] if active is not None and active.type == "MESH" else []
    return sorted(selected, key=lambda obj: obj != active)


def objects_with_uids(uids: tuple[int, ...]) -> list:
    """The objects with the given session_uids that still exist, in that order."""
    by_uid = {obj.session_uid: obj for obj in bpy.data.objects}
    return [by_uid[uid] for uid in uids if uid in by_uid]


def key_with_uid(uid: int):
    """The shape-key datablock with a session_uid. Raises KeyError when it is gone."""
    by_uid = {key.session_uid: key for key in bpy.data.shape_keys}
    return by_uid[uid]


def plan_meshes(
    objects: list, channels: tuple[str, ...]
) -> tuple[tuple[MeshPlan, ...], tuple[SkippedMesh, ...]]:
    """Decides what to key on each mesh; shape keys shared by several objects are keyed once."""
    sharers: dict[int, list] = {}
    without_keys = []
    for obj in objects:
        key = obj.data.shape_keys
        if key is None:
            without_keys.append(SkippedMesh(obj.name, "has no shape keys"))
        else:
            sharers.setdefault(key.session_uid, []).append(obj)
    plans = [_plan_key(sharing, channels) for sharing in sharers.values()]
    return (
        tuple(plan for plan in plans if isinstance(plan, MeshPlan)),
        (*(plan for plan in plans if isinstance(plan, SkippedMesh)), *without_keys),
    )


def _plan_key(sharing: list, channels: tuple[str, ...]) -> MeshPlan | SkippedMesh:
    obj = sharing[0]
    key = obj.data.shape_keys
    refusal = _refusal(key)
    if refusal is not None:
        return SkippedMesh(obj.name, refusal)
    blocks = key.key_blocks
    mapping = match_names(channels, [block.name for block in blocks if block != key.reference_key])
    if not mapping.pairs:
        return SkippedMesh(
            obj.name,
            f"has {len(blocks)} shape keys but none with an ARKit name such as jawOpen",
        )
    drivers = _driven_paths(key)
    shapes, driven = [], []
    for channel, name in mapping.pairs:
        block = blocks[name]
        if block.path_from_id("value") in drivers:
            driven.append(name)
        else:
            shapes.append(KeyedShape(channel, name, block.slider_min, block.slider_max))
    if not shapes:
        return SkippedMesh(obj.name, "has drivers on all its ARKit shape keys: remove them")
    return MeshPlan(
        object_name=obj.name,
        shared_by=tuple(other.name for other in sharing[1:]),
        key_uid=key.session_uid,
        shapes=tuple(shapes),
        missing=mapping.missing,
        passed_over=mapping.passed_over,
        driven=tuple(driven),
        hidden_by=tuple(_hiding(obj, key, [shape.name for shape in shapes])),
    )


def _refusal(key) -> str | None:
    """Why the shape keys cannot be keyed at all, or None."""
    if not key.is_editable:
        library = key.library.filepath if key.library is not None else "a library"
        return (
            f"is linked from {library}: make library overrides of both the object and its mesh "
            "data, or append it"
        )
    if key.animation_data is not None and key.animation_data.use_tweak_mode:
        return "is in NLA tweak mode: leave it with Tab in the NLA editor"
    return None


def _driven_paths(key) -> set[str]:
    anim = key.animation_data
    return {driver.data_path for driver in anim.drivers} if anim is not None else set()


def _hiding(obj, key, names: list[str]) -> list[str]:
    """Sentences on what will keep keyed shapes from showing, or from showing in full."""
    reasons = []
    if not key.use_relative:
        reasons.append("the shape keys are absolute; turn Relative on in Object Data > Shape Keys.")
    if obj.show_only_shape_key:
        reasons.append("one shape key is pinned (Solo Active Shape Key); turn the pin off.")
    if obj.mode == "EDIT":
        reasons.append("the mesh is in Edit Mode; leave it with Tab.")
    muted = [name for name in names if key.key_blocks[name].mute]
    if muted:
        reasons.append(f"muted shape keys: {', '.join(muted)}.")
    anim = key.animation_data
    if anim is not None:
        if any(track.is_solo for track in anim.nla_tracks):
            reasons.append("an NLA track is soloed; turn its star off in the NLA editor.")
        if anim.action_influence < 1.0 or anim.action_blend_type != "REPLACE":
            reasons.append("the Action is blended with NLA tracks; set it to Replace at 1.0.")
    return reasons
