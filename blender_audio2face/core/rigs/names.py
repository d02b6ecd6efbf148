"""Reads the names of shape keys, whichever way they are spelled.

Riggers and exporters write one name in many ways: ``mouthSmileLeft``, ``MouthSmile_L``,
``mouth smile.L``, ``L_Mouth_Smile``, ``A38_Mouth_Smile_Left``, ``Face.MouthSmileLeft``. Two names
are the same when their words are, whatever the capitals and separators; L, Left, R, Right name the
side at either end. Numbering and a mesh's name in front are ignored, and so is the number that
Blender adds behind (``jawOpen.001``).
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_]+")
SHARED, MESH, NUMBERING, NUMBERED = 1, 2, 4, 8
_SIDES = {"l": "left", "r": "right", "left": "left", "right": "right"}
_NUMBERING = re.compile(r"^[A-Za-z]?\d{1,3}[\s_.-]+")
_NUMBERED = re.compile(r"[._]\d{3,}$")
_SEPARATOR = re.compile(r"[\s_.:-]+")
_MESH = re.compile(r"^.*(?:__|\.)(?=[^\d.])")


@lru_cache(maxsize=16384)
def plain(name: str) -> str:
    """The words of a name, lower case and joined; the side written out and last."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if len(words) > 1:
        if words[-1] in _SIDES:
            words[-1] = _SIDES[words[-1]]
        elif words[0] in _SIDES:
            words.append(_SIDES[words.pop(0)])
    return "".join(words)


def spellings(names: Iterable[str]) -> Mapping[str, tuple[tuple[int, str], ...]]:
    """What each name may mean, the likeliest first.

    Returns:
        name → (style, plain name) of the whole name; without the first words of the prefix that
        most names share; without the mesh in front (``Face.``, ``head_lod0_mesh__``); without
        numbering (``A01_``); and each of these without a number behind (``.001``). The style, a sum
        of SHARED, MESH, NUMBERING and NUMBERED, says what was left out.
    """
    names = list(names)
    shared = _shared_prefix(names)
    found = {}
    for name in names:
        forms = [(0, name)]
        if name.startswith(shared):
            forms += [(SHARED, name[mark.end() :]) for mark in _SEPARATOR.finditer(shared)]
        forms += [(style + MESH, _MESH.sub("", form)) for style, form in forms]
        forms += [(style + NUMBERING, _NUMBERING.sub("", form)) for style, form in forms]
        if _NUMBERED.search(name):
            forms += [(style + NUMBERED, _NUMBERED.sub("", form)) for style, form in forms]
        styles: dict[str, int] = {}
        for style, form in forms:
            if text := plain(form):
                styles.setdefault(text, style)
        found[name] = tuple((style, text) for text, style in styles.items())
    return found


def _shared_prefix(names: list[str]) -> str:
    """The longest prefix, up to a separator, of at least three names and half of all; or ""."""
    counts = Counter(
        name[: match.end()]
        for name in names
        for match in _SEPARATOR.finditer(name)
        if match.start()
    )
    enough = max(3, (len(names) + 1) // 2)
    return max((prefix for prefix, count in counts.items() if count >= enough), key=len, default="")
