"""Finds the rig that a character has by the names of its controls.

A control *answers* to an output where its name, or a plausible reading of it (`names.spellings`),
is the output's name or one of its aliases.
"""

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
    """

    preset: Preset
    score: float
    found: Mapping[str, str]
    missing: tuple[str, ...]
    passed_over: tuple[str, ...]
    letters: int


def rank(key_names: Iterable[str]) -> tuple[Match, ...]:
    """The presets that fit any of the names, the best first.

    Of equal scores the preset with more controls comes first: a face with both movements and
    visemes is driven by its movements. Then the one with longer names: ``Fcl_MTH_A`` says more than
    ``A``.
    """
    return _rank(tuple(key_names))


@lru_cache(maxsize=64)
def _rank(key_names: tuple[str, ...]) -> tuple[Match, ...]:
    answers = _answers(key_names)
    matches = [_match(preset, answers) for preset in presets()]
    fitting = [match for match in matches if match.found and _has_essentials(match)]
    fitting.sort(key=lambda match: (-round(match.score, 3), -len(match.found), -match.letters))
    return tuple(fitting)


def match(preset: Preset, key_names: Iterable[str]) -> Match:
    """Pairs a preset's outputs with controls.

    Of several controls that answer to one output, the exact spelling is chosen; else the one named
    in the style of most outputs (all with ``A01_``, say); else the one whose name was changed
    least; else the first in the given order. No control is chosen twice.
    """
    return _match(preset, _answers(key_names))


def _answers(key_names: Iterable[str]) -> _Answers:
    """Plain name → (style, control) of the controls that may be meant, in the rig's order."""
    answers: dict[str, list[tuple[int, str]]] = {}
    for name, forms in spellings(key_names).items():
        for style, text in forms:
            answers.setdefault(text, []).append((style, name))
    return answers


def _match(preset: Preset, answers: _Answers) -> Match:
    answering = {output.name: _candidates(output, answers) for output in preset.outputs}
    common = Counter(
        style
        for candidates in answering.values()
        for style in {candidate.style for candidate in candidates}
    )
    found: dict[str, str] = {}
    letters: dict[str, int] = {}
    taken: set[str] = set()
    for name, candidates in answering.items():
        candidates.sort(key=lambda c: (not c.exact, -common[c.style], c.style))
        free = [candidate for candidate in candidates if candidate.name not in taken]
        if free:
            found[name] = free[0].name
            letters[name] = free[0].letters
            taken.add(free[0].name)
    for output in preset.outputs:
        if any(name in found for name in output.unless):
            found.pop(output.name, None)
    answered = dict.fromkeys(c.name for candidates in answering.values() for c in candidates)
    passed_over = [name for name in answered if name not in set(found.values())]
    missing = [
        output.name
        for output in preset.outputs
        if output.name not in found
        and output.need != "extra"
        and not any(name in found for name in output.unless)
    ]
    matching = sum(letters[name] for name in found)
    score = _score(preset, found)
    return Match(preset, score, found, tuple(missing), tuple(passed_over), matching)


def _candidates(output: Output, answers: _Answers) -> list[_Candidate]:
    """Controls that answer to an output: by its first name first, then in the rig's order."""
    candidates = []
    for spelling in (output.name, *output.aliases):
        text = plain(spelling)
        candidates += [
            _Candidate(name, style, name == spelling, len(text))
            for style, name in answers.get(text, ())
        ]
    return candidates


def _share(preset: Preset, found: Mapping[str, str], need: str) -> float | None:
    """Share of the outputs with this need that is found; None when there are none."""
    names = [
        output.name
        for output in preset.outputs
        if output.need == need and not any(name in found for name in output.unless)
    ]
    return sum(name in found for name in names) / len(names) if names else None


def _score(preset: Preset, found: Mapping[str, str]) -> float:
    essential = _share(preset, found, "essential") or 0.0
    optional = _share(preset, found, "optional")
    if optional is None:
        return essential
    return _ESSENTIAL_SHARE * essential + (1.0 - _ESSENTIAL_SHARE) * optional


def _has_essentials(match: Match) -> bool:
    essential = _share(match.preset, match.found, "essential") or 0.0
    return essential >= match.preset.minimum
