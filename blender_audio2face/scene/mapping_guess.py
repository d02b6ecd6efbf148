"""Proposes links for a face whose names say nothing, by what its shape keys move."""

from dataclasses import dataclass

from ..core.rigs.geometry import Guess, guess
from ..core.rigs.mapping import Link, Mapping, Target, output_weights, with_every_output
from ..core.rigs.preset import preset_with_id
from ..errors import PlanError
from .face_plan import automatic_mapping, driven_shapes
from .shape_effect import face_shapes


@dataclass(frozen=True)
class GuessedMapping:
    """A mapping, and how sure each of its guessed links is.

    Attributes:
        mapping: the links that were there and the guessed ones, and those without a target.
        scores: (output, shape key) → 0..1 of the guessed links.
    """

    mapping: Mapping
    scores: dict[tuple[str, str], float]


def guess_mapping(objects: list, mapping: Mapping | None) -> GuessedMapping:
    """Guesses what the links of a mapping do not say yet; shape keys with drivers are left alone.

    Args:
        objects: the face's.
        mapping: the artist's links, or None for those found by name.

    Raises:
        PlanError: no further shape key moves as any channel does.
    """
    mapping = mapping or automatic_mapping(objects)
    preset = preset_with_id(mapping.preset_id or "arkit")
    kept = [link for link in mapping.links if link.target.name]
    done = {name for link in kept for name in output_weights(preset, link.output)}
    taken = {link.target.name for link in kept if link.target.kind == "shape"}
    taken |= driven_shapes(objects)
    shapes = face_shapes(objects)
    names = shapes.names
    guesses = [
        each
        for each in guess(shapes.points, shapes.offsets)  # all of them show where the face is
        if names[each.shape] not in taken and done.isdisjoint(each.outputs)
    ]
    if not guesses:
        further, channels = ("further ", "that have none yet ") if kept else ("", "of speech ")
        raise PlanError(
            f"No {further}shape key moves as the channels {channels}do: choose them under "
            "Face > Mapping."
        )
    made = [link for each in guesses for link in _links(each, names[each.shape])]
    scores = {
        (output, names[each.shape]): each.score for each in guesses for output in each.outputs
    }
    links = with_every_output(Mapping(preset.id, (*kept, *made)), preset).links
    order = {output.name: place for place, output in enumerate(preset.outputs)}
    ordered = sorted(links, key=lambda link: order.get(link.output, len(order)))
    return GuessedMapping(Mapping(preset.id, tuple(ordered)), scores)


def _links(each: Guess, name: str) -> list[Link]:
    """Of a shape key that does both sides at once, each side is half."""
    share = 1.0 / len(each.outputs)
    return [Link(output, Target("shape", name), multiplier=share) for output in each.outputs]
