"""From channel names to the names a mesh's shape keys bear.

Riggers write the ARKit names in many ways: ``mouthSmileLeft``, ``MouthSmile_L``,
``mouth smile.L``, ``MOUTH_SMILE_LEFT``. Two names are the same when their words are, whatever the
capitals and separators, and L, Left, R, Right as the last word name the side.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .rigs.names import plain


@dataclass(frozen=True)
class Mapping:
    """Which shape key each channel drives.

    Attributes:
        pairs: (channel, shape key), in channel order.
        missing: channels for which the mesh has no shape key.
        passed_over: shape keys that also answer to a channel but were not taken.
    """

    pairs: tuple[tuple[str, str], ...]
    missing: tuple[str, ...]
    passed_over: tuple[str, ...]


def match_names(channels: Sequence[str], key_names: Iterable[str]) -> Mapping:
    """Pairs each channel with the shape key that bears its name.

    Args:
        channels: channel names, e.g. the 52 of ARKit.
        key_names: names of the shape keys, in the mesh's order.

    Returns:
        A Mapping. Of several keys that answer to one channel the exact spelling is taken, else
        the first in the mesh's order.
    """
    answering: dict[str, list[str]] = {}
    for name in key_names:
        answering.setdefault(plain(name), []).append(name)
    pairs, missing, passed_over = [], [], []
    for channel in channels:
        candidates = answering.get(plain(channel), [])
        if not candidates:
            missing.append(channel)
            continue
        taken = channel if channel in candidates else candidates[0]
        pairs.append((channel, taken))
        passed_over += [name for name in candidates if name != taken]
    return Mapping(tuple(pairs), tuple(missing), tuple(passed_over))
