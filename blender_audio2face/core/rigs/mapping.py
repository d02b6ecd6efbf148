"""The mapping that an artist can edit: links from outputs to controls, and their values.

An *output* is what a link reads: a control of the preset (a weighted sum of channels), an ARKit
channel, a feature derived from the channels (`visemes`), or one of the head's turns.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ....model.channels import ARKIT_52, MOUTH_GROUP
from ...errors import MappingError
from . import LIMIT
from .match import Match, chosen_match, match
from .preset import Preset, preset_with_id
from .visemes import DERIVED, features

HEAD = ("headPitch", "headYaw", "headRoll")
"""Columns, in radians, that curves may have besides the 52 channels."""

KINDS = ("shape", "bone", "property")
BONE_PATHS = {
    "location": 3,
    "rotation_euler": 3,
    "rotation_quaternion": 4,
    "rotation_axis_angle": 4,
    "scale": 3,
}
"""A pose bone's channels that a link may drive, and how many components each has."""


@dataclass(frozen=True)
class Target:
    """One number of a character that a link drives.

    Attributes:
        kind: "shape" (a shape key), "bone" (a channel of a pose bone) or "property" (a custom
            property of an armature or of one of its pose bones).
        name: of the shape key, bone or property.
        path: bone: a key of BONE_PATHS; property: the pose bone that has it, or "" for the object.
        component: which component of the path, from 0.
        rest: the target's value where the output is 0.
        extreme: its value where the output is 1.
    """

    kind: str
    name: str
    path: str = ""
    component: int = 0
    rest: float = 0.0
    extreme: float = 1.0

    @property
    def address(self) -> tuple[str, str, str, int]:
        """What the link drives; links with the same address add up."""
        return (self.kind, self.name, self.path, self.component)


@dataclass(frozen=True)
class Link:
    """A row of the mapping. It moves the target from rest towards extreme by the share
    ``clip(multiplier * output + offset, low, high)``.

    Attributes:
        output: an output of the mapping's preset, a channel, a derived feature or one of HEAD.
        target: what it drives.
        multiplier: strength; a negative one reverses the movement.
        offset: added after the multiplier.
        low, high: bounds after both.
        enabled: False leaves the target alone.
    """

    output: str
    target: Target
    multiplier: float = 1.0
    offset: float = 0.0
    low: float = -LIMIT
    high: float = LIMIT
    enabled: bool = True


@dataclass(frozen=True)
class Mapping:
    """All links of a character.

    Attributes:
        preset_id: the preset whose outputs the links name, or None.
        links: the rows, in the artist's order.
    """

    preset_id: str | None
    links: tuple[Link, ...]


def automatic(
    key_names: Iterable[str], preset_id: str | None = None, kind: str = "shape"
) -> Mapping:
    """Links for controls with these names.

    A viseme rig may also have ARKit's brows, lids and cheeks: those are linked too.

    Args:
        key_names: names of the shape keys or custom properties.
        preset_id: the preset to use; None takes the one that fits best.
        kind: what the names are: "shape" or "property".

    Returns:
        The mapping; without links when no preset fits any of the names.

    Raises:
        PresetError: there is no such preset.
    """
    names = tuple(key_names)
    best = chosen_match(names, preset_id)
    if best is None:
        return Mapping(preset_id, ())
    links = [Link(output, Target(kind, name)) for output, name in best.found.items()]
    if best.preset.kind == "visemes":
        links += _upper_face(best, names, kind)
    return Mapping(best.preset.id, tuple(links))


def _upper_face(best: Match, names: Sequence[str], kind: str) -> list[Link]:
    """Links of ARKit's channels above the mouth that a viseme preset does not use."""
    used = {name for output in best.found for name in output_weights(best.preset, output)}
    taken = set(best.found.values())
    others = match(preset_with_id("arkit"), [name for name in names if name not in taken])
    return [
        Link(output, Target(kind, name))
        for output, name in others.found.items()
        if output in ARKIT_52 and output not in MOUTH_GROUP and output not in used
    ]


def with_every_output(mapping: Mapping, preset: Preset) -> Mapping:
    """The mapping with a link without a target for each of the preset's outputs that has none.

    Left out are outputs that a rig of this kind need not have, and those that others replace.
    """
    linked = {link.output for link in mapping.links}
    replaced = {
        name for output in preset.outputs if output.name in linked for name in output.unless
    }
    absent = [
        Link(output.name, Target("shape", ""))
        for output in preset.outputs
        if output.need != "extra" and output.name not in linked | replaced
    ]
    return Mapping(preset.id, (*mapping.links, *absent))


def known_outputs(preset: Preset | None) -> tuple[str, ...]:
    """Every name that a link's output may have."""
    own = tuple(output.name for output in preset.outputs) if preset is not None else ()
    return tuple(dict.fromkeys((*own, *ARKIT_52, *HEAD, *DERIVED)))


def is_driven_by(names: Sequence[str], preset: Preset | None, link: Link) -> bool:
    """Whether curves with these channels determine any part of a link's output."""
    needed = output_weights(preset, link.output)
    return any(name in names or name in DERIVED for name in needed)


def drive(
    names: Sequence[str], values: np.ndarray, preset: Preset | None, links: Sequence[Link]
) -> list[np.ndarray]:
    """The target values that each link gives.

    Args:
        names: C channel names.
        values: [F, C] channel values at the scene's frames.
        preset: the mapping's preset, or None.
        links: the rows to evaluate, enabled or not.

    Returns:
        For each link, in order, float32 [F] of target values: rest + share * (extreme - rest). A
        channel that the curves do not have counts as 0.

    Raises:
        MappingError: a link's output is unknown.
    """
    all_names, all_values = features(names, values)
    place = {name: index for index, name in enumerate(all_names)}
    columns = []
    for link in links:
        output = np.zeros(len(all_values), np.float32)
        for name, factor in output_weights(preset, link.output).items():
            if name in place:
                output = output + np.float32(factor) * all_values[:, place[name]]
        columns.append(_target_values(link, output))
    return columns


def at_rest(links: Sequence[Link]) -> list[float]:
    """The value of each link's target at rest, with every output at 0.

    The shape of silence itself (viseme_sil, X) rests at 0 like all others.
    """
    silence = np.zeros(1, np.float32)
    return [float(_target_values(link, silence)[0]) for link in links]


def _target_values(link: Link, output: np.ndarray) -> np.ndarray:
    share = np.clip(link.multiplier * output + link.offset, link.low, link.high)
    rest, extreme = link.target.rest, link.target.extreme
    return (rest + share * (extreme - rest)).astype(np.float32)


def output_weights(preset: Preset | None, output: str) -> dict[str, float]:
    """Channels and features that an output is made of, with the factor of each.

    Raises MappingError for an unknown output.
    """
    own = preset.output(output) if preset is not None else None
    if own is not None:
        return dict(own.weights)
    if output in ARKIT_52 or output in HEAD or output in DERIVED:
        return {output: 1.0}
    owner = f'of the preset "{preset.label}"' if preset is not None else "a channel"
    raise MappingError(f'Output "{output}" is not {owner}: choose another for this link.')
