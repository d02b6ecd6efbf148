"""Bytes as decisions: which places of a JSON document are changed, and into what.

Most bytes are no JSON; so a reader's checks behind the parser are only reached by way of these.
"""

import json

_EXTREME: tuple[object, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63, 10**400, 0.5, 1e308, -1e308, 5e-324, 1e12,
    float("nan"), float("inf"), "", "\0", "\ud800", "a\nb", "é" * 300, "n" * 3000, [], {}, [[]],
    {"a": 1},
)  # fmt: skip


_DEEP = b"[" * 2000
"""More than Python's parser follows."""


def texts_of(document: object) -> list[bytes]:
    """Seeds for a reader of JSON's text."""
    return [json.dumps(document).encode(), _DEEP]


class Draws:
    """Decisions out of bytes; 0 once they are used up."""

    def __init__(self, data: bytes) -> None:
        self._left = memoryview(data)

    def __bool__(self) -> bool:
        return bool(self._left)

    def below(self, count: int) -> int:
        """A whole number from 0 to below ``count``, at most 256."""
        drawn, self._left = self._left[:1], self._left[1:]
        return drawn[0] % count if drawn else 0

    def text(self) -> str:
        """A text of up to 15 letters."""
        length = self.below(16)
        drawn, self._left = self._left[:length], self._left[length:]
        return bytes(drawn).decode("utf-8", "surrogateescape")

    def leaf(self) -> object:
        """A value to put somewhere."""
        which = self.below(len(_EXTREME) + 2)
        if which < len(_EXTREME):
            return _EXTREME[which]
        return self.text() if which == len(_EXTREME) else self.below(256) - 128


def spoilt_json(document: object, data: bytes) -> str:
    """The text of a document, changed at as many places as the bytes say."""
    draws = Draws(data)
    while draws:
        document = _changed(document, draws)
    return json.dumps(document)


def _changed(document: object, draws: Draws) -> object:
    if not isinstance(document, dict | list) or not document:
        return draws.leaf()
    places = list(document) if isinstance(document, dict) else list(range(len(document)))
    place = places[draws.below(min(len(places), 256))]
    way = draws.below(5)
    if way == 0:
        return draws.leaf()
    copy = document.copy()
    if way == 1:
        del copy[place]
    elif way == 2 and isinstance(copy, dict):
        copy[draws.text()] = draws.leaf()
    elif way == 2:
        copy.append(copy[place])
    else:
        copy[place] = _changed(copy[place], draws)
    return copy
