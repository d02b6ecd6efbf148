"""Finds the rig that a character has by the names of its controls.

A control *answers* to an output where its name, or a plausible reading of it (`names.spellings`),
is the output's name or one of its aliases.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .names import NUMBERED, plain, spellings
from .preset import Output, Preset, preset_with_id, presets

_ESSENTIAL_SHARE = 0.9


class _Candidate(NamedTuple):
    """A control that answers to an output, the style of its name, and the letters that match."""

    name: str
    style: int
    exact: bool
    letters: int


@dataclass(frozen=True)
class Match:
    """How well a preset fits a character.

    Attributes:
        preset: the preset.
        score: 0..1; nine tenths for the essential controls found, one tenth for the optional ones.
        found: output → name of the control, in the preset's order.
        missing: outputs without a control, of those that a rig of this kind should have.
        passed_over: controls that also answer to an output but were not chosen.
        letters: how many letters of the found names match.
        essential: share of the essential controls found.
    """

    preset: Preset
    score: float
    found: Mapping[str, str]
    missing: tuple[str, ...]
    passed_over: tuple[str, ...]
    letters: int
    essential: float


def rank(key_names: Iterable[str]) -> tuple[Match, ...]:
    """The presets of named controls that fit any of the names, the best first.

    Of equal scores the preset with more controls comes first: a face with both movements and
    visemes is driven by its movements. Then the one with longer names: ``Fcl_MTH_A`` says more than
    ``A``.
    """
    return _ranked(tuple(key_names))


@lru_cache(maxsize=32)
def _ranked(names: tuple[str, ...]) -> tuple[Match, ...]:
    matches = [match(preset, names) for preset in presets() if preset.kind != "bones"]
    fitting = [fit for fit in matches if fit.found and fit.essential >= fit.preset.minimum]
    fitting.sort(key=lambda fit: (-round(fit.score, 3), -len(fit.found), -fit.letters))
    return tuple(fitting)


def chosen_match(key_names: Iterable[str], preset_id: str | None = None) -> Match | None:
    """The match of the given preset, or the best of all; None when none fits any name."""
    if preset_id is not None:
        return match(preset_with_id(preset_id), key_names)
    return next(iter(rank(key_names)), None)


def bone_preset(bone_names: Iterable[str]) -> Preset | None:
    """The preset of bones that an armature has most bones of; None where none fits."""
    known = set(bone_names)
    fits = [
        (sum(_has_bones(output, known) for output in essential) / len(essential), preset)
        for preset in presets()
        if preset.unit is not None and set(preset.unit) <= known
        if (essential := [output for output in preset.outputs if output.need == "essential"])
    ]
    fitting = [fit for fit in fits if fit[0] >= fit[1].minimum]
    return max(fitting, key=lambda fit: fit[0])[1] if fitting else None


def _has_bones(output: Output, known: set[str]) -> bool:
    return any(move.bone in known for move in output.bones)


def match(preset: Preset, key_names: Iterable[str]) -> Match:
    """Pairs a preset's outputs with controls.

    Of several controls that answer to one output, one without a number behind is chosen; of those
    the exact spelling; else the one named in the style of most outputs (all with ``A01_``, say);
    else the one whose name was changed least; else the first in the given order. No control is
    chosen twice.
    """
    answers = _answers(tuple(key_names))
    answering = {output.name: _candidates(output, answers) for output in preset.outputs}
    common = Counter(
        style
        for candidates in answering.values()
        for style in {candidate.style for candidate in candidates}
    )
    chosen: dict[str, _Candidate] = {}
    taken: set[str] = set()
    for name, candidates in answering.items():
        candidates.sort(key=lambda c: (c.style & NUMBERED, not c.exact, -common[c.style], c.style))
        free = next((candidate for candidate in candidates if candidate.name not in taken), None)
        if free is not None:
            chosen[name] = free
            taken.add(free.name)
    for output in preset.outputs:
        if any(name in chosen for name in output.unless):
            chosen.pop(output.name, None)
    found = {name: candidate.name for name, candidate in chosen.items()}
    replaced = {name for output in preset.outputs if output.name in found for name in output.unless}
    used = set(found.values())
    answered = dict.fromkeys(c.name for candidates in answering.values() for c in candidates)
    expected = [
        output
        for output in preset.outputs
        if output.need != "extra"
        and output.name not in replaced
        and not any(name in found for name in output.unless)
    ]
    essential = _share_found([o for o in expected if o.need == "essential"], found) or 0.0
    optional = _share_found([o for o in expected if o.need == "optional"], found)
    return Match(
        preset=preset,
        score=essential
        if optional is None
        else _ESSENTIAL_SHARE * essential + (1.0 - _ESSENTIAL_SHARE) * optional,
        found=found,
        missing=tuple(output.name for output in expected if output.name not in found),
        passed_over=tuple(name for name in answered if name not in used),
        letters=sum(candidate.letters for candidate in chosen.values()),
        essential=essential,
    )


@lru_cache(maxsize=64)
def _answers(key_names: tuple[str, ...]) -> Mapping[str, list[tuple[int, str]]]:
    """Plain name → (style, control) of the controls that may be meant, in the rig's order."""
    answers: dict[str, list[tuple[int, str]]] = {}
    for name, forms in spellings(key_names).items():
        for style, text in forms:
            answers.setdefault(text, []).append((style, name))
    return answers


def _candidates(output: Output, answers: Mapping[str, list[tuple[int, str]]]) -> list[_Candidate]:
    """Controls that answer to an output: by its first name first, then in the rig's order."""
    return [
        _Candidate(name, style, name == spelling, len(text))
        for spelling in (output.name, *output.aliases)
        if (text := plain(spelling))
        for style, name in answers.get(text, ())
    ]


def _share_found(outputs: list[Output], found: Mapping[str, str]) -> float | None:
    """The share of the outputs that have a control; None without outputs."""
    return sum(o.name in found for o in outputs) / len(outputs) if outputs else None
