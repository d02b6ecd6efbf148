"""Which rig a character has, by the names of its controls."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from .names import plain, spellings
from .preset import Output, Preset, presets

_ESSENTIAL_SHARE = 0.9
_Answers = Mapping[str, list[tuple[int, str]]]


class _Candidate(NamedTuple):
    """A control that answers to an output: how it is named, and by how many letters it is told."""

    name: str
    style: int
    exact: bool
    letters: int


@dataclass(frozen=True)
class Match:
    """How well a preset fits a character.

    Attributes:
        preset: the preset.
        score: 0..1; nine tenths for the essential controls found, the rest for the optional ones.
        found: output → name of the control, in the preset's order.
        missing: outputs without a control, of those that a rig of this kind should have.
        passed_over: controls that also answer to an output but were not taken.
        letters: how many letters of the found names told it.
    """

    preset: Preset
    score: float
    found: Mapping[str, str]
    missing: tuple[str, ...]
    passed_over: tuple[str, ...]
    letters: int


def rank(key_names: Iterable[str]) -> tuple[Match, ...]:
    """The presets that answer to any of the names, the best first.

    Of equal scores the preset with more controls comes first: a face that has both movements and
    visemes is driven by its movements. Then the one with the longer names: ``Fcl_MTH_A`` says more
    than ``A``.
    """
    return _rank(tuple(key_names))


@lru_cache(maxsize=64)
def _rank(key_names: tuple[str, ...]) -> tuple[Match, ...]:
    answers = _answers(key_names)
    matches = [_match(preset, answers) for preset in presets()]
    answering = [one for one in matches if one.found and _enough(one)]
    return tuple(
        sorted(answering, key=lambda one: (-round(one.score, 3), -len(one.found), -one.letters))
    )


def match(preset: Preset, key_names: Iterable[str]) -> Match:
    """Pairs a preset's outputs with controls.

    Of several controls that answer to one output the exact spelling is taken, else the one named
    in the way in which most outputs are (all with ``A01_``, say), else the one whose name needed
    least change, else the first in the given order. No control is taken twice.
    """
    return _match(preset, _answers(key_names))


def _answers(key_names: Iterable[str]) -> _Answers:
    """Plain name → (style, control) of the controls that it may stand for, in the rig's order."""
    answers: dict[str, list[tuple[int, str]]] = {}
    for name, forms in spellings(key_names).items():
        for style, text in forms:
            answers.setdefault(text, []).append((style, name))
    return answers


def _match(preset: Preset, answers: _Answers) -> Match:
    answering = {output.name: _candidates(output, answers) for output in preset.outputs}
    common = Counter(style for some in answering.values() for style in {one.style for one in some})
    found: dict[str, str] = {}
    letters: dict[str, int] = {}
    taken: set[str] = set()
    for output, candidates in answering.items():
        candidates.sort(key=lambda one: (not one.exact, -common[one.style], one.style))
        free = [one for one in candidates if one.name not in taken]
        if free:
            found[output] = free[0].name
            letters[output] = free[0].letters
            taken.add(free[0].name)
    for one in preset.outputs:
        if any(name in found for name in one.unless):
            found.pop(one.name, None)
    taken = set(found.values())
    also = dict.fromkeys(one.name for some in answering.values() for one in some)
    passed_over = [name for name in also if name not in taken]
    missing = [
        output.name
        for output in preset.outputs
        if output.name not in found
        and output.need != "extra"
        and not any(name in found for name in output.unless)
    ]
    told = sum(letters[name] for name in found)
    return Match(preset, _score(preset, found), found, tuple(missing), tuple(passed_over), told)


def _candidates(output: Output, answers: _Answers) -> list[_Candidate]:
    """Controls that answer to an output: by its first name first, then in the rig's order."""
    candidates = []
    for wanted in (output.name, *output.aliases):
        text = plain(wanted)
        candidates += [
            _Candidate(name, style, name == wanted, len(text))
            for style, name in answers.get(text, ())
        ]
    return candidates


def _share(preset: Preset, found: Mapping[str, str], need: str) -> float | None:
    """How much of the outputs of one need is found; None when there are none."""
    wanted = [
        output.name
        for output in preset.outputs
        if output.need == need and not any(name in found for name in output.unless)
    ]
    return sum(name in found for name in wanted) / len(wanted) if wanted else None


def _score(preset: Preset, found: Mapping[str, str]) -> float:
    essential = _share(preset, found, "essential") or 0.0
    optional = _share(preset, found, "optional")
    if optional is None:
        return essential
    return _ESSENTIAL_SHARE * essential + (1.0 - _ESSENTIAL_SHARE) * optional


def _enough(found: Match) -> bool:
    essential = _share(found.preset, found.found, "essential") or 0.0
    return essential >= found.preset.minimum
