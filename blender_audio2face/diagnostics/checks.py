"""What a check is, and the checks of objects, shape keys, drivers and F-curves."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import bpy

from ..animation import action_api, action_properties, nla
from ..core.keys.keyframes import FCurvePath


@dataclass(frozen=True)
class BakedState:
    """A datablock's animation, as the checks look at it.

    Attributes:
        datablock: what was baked.
        obj: the object it is seen on, or None.
        anim: animation data, or None.
        paths: what was baked, and what the caller wants to see move.
        in_action: a bake is in the active Action.
        in_nla: (track, strip) with a bake in it.
    """

    datablock: Any
    obj: Any
    anim: Any
    paths: frozenset[FCurvePath]
    in_action: bool
    in_nla: tuple[tuple[Any, Any], ...]

    def curves(self) -> list[tuple[str, Any]]:
        """(name, F-curve) of what was baked."""
        users = [self.anim] if self.in_action else []
        users += [strip for _, strip in self.in_nla]
        return [
            (self.label(path), curve)
            for user in users
            for path, curve in action_api.curves_of(user.action, action_api.slot_of(user)).items()
            if path in self.paths
        ]

    def label(self, path: FCurvePath) -> str:
        """A path as the interface names it: its shape key, else the data path."""
        block = self.shape_key(path)
        return block.name if block is not None else path.path

    def shape_key(self, path: FCurvePath) -> bpy.types.ShapeKey | None:
        """What a path moves; None where that is no shape key, or was removed."""
        if self.datablock.id_type != "KEY" or not path.path.endswith("].value"):
            return None
        try:
            return self.datablock.path_resolve(path.path.removesuffix(".value"))
        except ValueError:
            return None


Found = Iterable[tuple[str, Any]]
"""(name, thing) of what hides a bake."""


@dataclass(frozen=True)
class Check:
    """One way in which a bake can be hidden.

    Attributes:
        kind: its name.
        find: what is concerned; empty where the check does not apply.
        sentence: what hides the bake and what to do, with {} for the names.
        fix_label: what a button says, in two or three words.
        fix: puts one of the things right.
    """

    kind: str
    find: Callable[[BakedState], Found]
    sentence: str
    fix_label: str
    fix: Callable[[Any], None]


def check(
    sentence: str, fix_label: str, fix: Callable[[Any], None]
) -> Callable[[Callable[[BakedState], Found]], Check]:
    """Makes a check of the function that finds; its name is the kind."""
    return lambda find: Check(find.__name__, find, sentence, fix_label, fix)


def set_values(**values: object) -> Callable[[Any], None]:
    """A fix that sets properties."""

    def fix(thing: Any) -> None:
        for name, value in values.items():
            setattr(thing, name, value)

    return fix


def baked_state(datablock, obj, paths: frozenset[FCurvePath]) -> BakedState:
    """A datablock as it is now; see ``find_hidden`` for the arguments."""
    anim = datablock.animation_data
    strips = tuple(nla.strips_of(anim)) if anim is not None else ()
    users = [] if anim is None else [anim, *(strip for _, strip in strips)]
    records = [action_properties.record_of(user.action, action_api.slot_of(user)) for user in users]
    return BakedState(
        datablock=datablock,
        obj=datablock if obj is None and datablock.id_type == "OBJECT" else obj,
        anim=anim,
        paths=paths.union(*(record.all_channels for record in records if record)),
        in_action=bool(records and records[0]),
        in_nla=tuple(pair for pair, record in zip(strips, records[1:], strict=False) if record),
    )


def _leave_edit_mode(obj) -> None:
    with bpy.context.temp_override(object=obj, active_object=obj):
        bpy.ops.object.mode_set(mode="OBJECT")


@check(
    "{} is in Edit Mode, where nothing moves: leave it with Tab.",
    "Leave Edit Mode",
    _leave_edit_mode,
)
def edit_mode(baked: BakedState) -> Found:
    return [(baked.obj.name, baked.obj)] if baked.obj and baked.obj.mode == "EDIT" else []


@check(
    "{} shows only its active shape key: turn the pin off in Object Data > Shape Keys.",
    "Turn Pin Off",
    set_values(show_only_shape_key=False),
)
def pinned(baked: BakedState) -> Found:
    is_pinned = baked.datablock.id_type == "KEY" and baked.obj and baked.obj.show_only_shape_key
    return [(baked.obj.name, baked.obj)] if is_pinned else []


@check(
    "The shape keys of {} are absolute: turn Relative on in Object Data > Shape Keys.",
    "Make Relative",
    set_values(use_relative=True),
)
def absolute(baked: BakedState) -> Found:
    is_absolute = baked.datablock.id_type == "KEY" and not baked.datablock.use_relative
    return [(baked.datablock.name, baked.datablock)] if is_absolute else []


@check(
    "Muted shape keys: {}. Tick them in Object Data > Shape Keys.",
    "Unmute Shapes",
    set_values(mute=False),
)
def muted_shapes(baked: BakedState) -> Found:
    shapes = (baked.shape_key(path) for path in sorted(baked.paths))
    return [(block.name, block) for block in shapes if block is not None and block.mute]


@check(
    "The armature of {} shows its rest position: choose Pose Position in Object Data.",
    "Show Pose",
    set_values(pose_position="POSE"),
)
def rest_position(baked: BakedState) -> Found:
    obj = baked.obj
    is_at_rest = obj and obj.type == "ARMATURE" and obj.data.pose_position == "REST"
    return [(obj.name, obj.data)] if is_at_rest else []


@check(
    "Drivers move {}: mute or remove them, then bake again.",
    "Mute Drivers",
    set_values(mute=True),
)
def drivers(baked: BakedState) -> Found:
    for driver in baked.anim.drivers if baked.anim is not None else ():
        path = FCurvePath(driver.data_path, driver.array_index)
        if path in baked.paths and not driver.mute:
            yield baked.label(path), driver


def _unmute_curve(curve) -> None:
    curve.mute = False
    if curve.group is not None:
        curve.group.mute = False


@check("Muted F-curves: {}. Tick them in the Graph Editor.", "Unmute F-Curves", _unmute_curve)
def muted_curves(baked: BakedState) -> Found:
    return [(name, curve) for name, curve in baked.curves() if action_api.is_muted(curve)]


def _mute_modifiers(curve) -> None:
    for modifier in curve.modifiers:
        modifier.mute = True


@check(
    "F-curve modifiers change {}: mute them in the Graph Editor.",
    "Mute Modifiers",
    _mute_modifiers,
)
def modifiers(baked: BakedState) -> Found:
    for name, curve in baked.curves():
        if any(not modifier.mute for modifier in curve.modifiers):
            yield name, curve


CHECKS = (
    edit_mode,
    pinned,
    absolute,
    muted_shapes,
    rest_position,
    drivers,
    muted_curves,
    modifiers,
)
