"""Reads and sets the property that an F-curve moves."""

from typing import TYPE_CHECKING, Any

from ..core.keys.keyframes import FCurvePath

if TYPE_CHECKING:
    import bpy

_MOST_INT = 1 << 31
"""Above every whole number that Blender can hold."""


def get(datablock: "bpy.types.ID", channel: FCurvePath) -> float:
    """The value now. Raises ValueError where the datablock has no such property."""
    value = datablock.path_resolve(channel.path)
    return float(value[channel.array_index] if hasattr(value, "__len__") else value)


def put(datablock: "bpy.types.ID", channel: FCurvePath, value: float) -> None:
    """Sets the value; does nothing where the property was removed or cannot hold it."""
    try:
        present = datablock.path_resolve(channel.path)
    except ValueError:
        return
    in_array = _is_number_in(present, channel.array_index)
    if not in_array and not isinstance(present, int | float):
        return
    owner, name = _split(channel.path)
    holder = datablock.path_resolve(owner) if owner else datablock
    custom = name.startswith("[")
    if not custom and (name not in holder.bl_rna.properties or holder.is_property_readonly(name)):
        return
    kind = type(present[channel.array_index] if in_array else present)
    if kind is int and not abs(value) < _MOST_INT:
        return
    if in_array:
        present[channel.array_index] = kind(value)
    elif custom:
        holder[name[2:-2]] = kind(value)
    else:
        setattr(holder, name, kind(value))


def _is_number_in(present: Any, index: int) -> bool:
    """Whether a property is an array with a number at an index."""
    if isinstance(present, str | bytes) or not hasattr(present, "__len__"):
        return False
    return 0 <= index < len(present) and isinstance(present[index], int | float)


def _split(path: str) -> tuple[str, str]:
    """(path of the owner, attribute or ["custom property"])."""
    if path.endswith('"]'):
        start = path.rindex('["')
        return path[:start], path[start:]
    owner, _, name = path.rpartition(".")
    return owner, name
