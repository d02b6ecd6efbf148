"""The present value of what an F-curve moves."""

from ..channel_keys import ChannelPath


def get(datablock, channel: ChannelPath) -> float:
    """The value now. Raises ValueError where the datablock has no such property."""
    value = datablock.path_resolve(channel.path)
    return float(value[channel.index] if hasattr(value, "__len__") else value)


def put(datablock, channel: ChannelPath, value: float) -> None:
    """Sets the value; a property that is gone by now is passed over."""
    try:
        present = datablock.path_resolve(channel.path)
    except ValueError:
        return
    if hasattr(present, "__len__"):
        present[channel.index] = value
        return
    owner, name = _split(channel.path)
    holder = datablock.path_resolve(owner) if owner else datablock
    if name.startswith("["):
        holder[name[2:-2]] = type(present)(value)
    else:
        setattr(holder, name, type(present)(value))


def _split(path: str) -> tuple[str, str]:
    """(path of the owner, attribute or ["custom property"])."""
    if path.endswith('"]'):
        start = path.rindex('["')
        return path[:start], path[start:]
    owner, _, name = path.rpartition(".")
    return owner, name
