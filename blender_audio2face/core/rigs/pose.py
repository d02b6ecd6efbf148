"""Links from recorded bones: the difference between their rest and their extreme."""

from collections import defaultdict
from collections.abc import Mapping

from .mapping import Link, Target

Pose = Mapping[tuple[str, str, int], float]
"""(bone, path, component) → value."""

_STILL = 1e-5


def links_between(output: str, rest: Pose, extreme: Pose) -> tuple[Link, ...]:
    """Links that move bones from one pose to the other as an output goes from 0 to 1.

    A quaternion and its negative are the same rotation; the sign nearer to the rest is taken, so
    that the bone turns the short way. Components are interpolated linearly and Blender normalises
    them: the path is the shortest, only the speed is a little uneven.

    Args:
        output: what drives the bones.
        rest: the recorded rest.
        extreme: the recorded extreme, of the same bones in the same rotation modes; a channel that
            only one of the two has is left out.

    Returns:
        One link for each channel that differs.
    """
    cosines: dict[str, float] = defaultdict(float)
    for (bone, path, component), start in rest.items():
        if path == "rotation_quaternion":
            cosines[bone] += start * extreme.get((bone, path, component), 0.0)
    links = []
    for (bone, path, component), start in rest.items():
        end = extreme.get((bone, path, component))
        if end is None:
            continue
        if path == "rotation_quaternion" and cosines[bone] < 0.0:
            end = -end
        if abs(end - start) > _STILL:
            links.append(Link(output, Target("bone", bone, path, component, start, end)))
    return tuple(links)
