"""Bytes and documents that somebody spoilt, for readers that have to refuse them in a sentence.

``A2F_FUZZ=20000`` tries as many in each test, others each time; else few, the same each time.
"""

import os
from collections.abc import Callable

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

_MANY = int(os.environ.get("A2F_FUZZ", "0"))
FEW = settings(
    max_examples=_MANY or 60,
    derandomize=not _MANY,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)

_EXTREME = (0, -1, 10**400, 2**63, 1e308, -1e308, 5e-324, float("nan"), float("inf"), True)
_TEXTS = st.one_of(st.text(max_size=8), st.sampled_from(["", "\0", "\ud800", "a\nb", "é" * 300]))
LEAVES = st.one_of(st.none(), st.sampled_from(_EXTREME), st.integers(), st.floats(), _TEXTS)
DOCUMENTS = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4)
)


@st.composite
def spoilt(draw: Callable, whole: bytes) -> bytes:
    """A file of which bytes were changed, cut out, repeated or put in."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        way = draw(st.sampled_from(["change", "number", "cut", "end", "repeat", "insert"]))
        length = draw(st.integers(1, 64))
        if way == "change":
            data[at : at + 1] = draw(st.binary(min_size=1, max_size=1))
        elif way == "number":
            size = draw(st.sampled_from([2, 4, 8]))
            number = draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF]))
            data[at : at + size] = bytes([number]) * size
        elif way == "cut":
            del data[at : at + length]
        elif way == "end":
            del data[at:]
        elif way == "repeat":
            data[at:at] = data[at : at + length] * draw(st.integers(1, 8))
        else:
            data[at:at] = draw(st.binary(max_size=length))
    return bytes(data)


@st.composite
def changed(draw: Callable, document: object) -> object:
    """A JSON document with another value, or none, at one place; or with one more entry."""
    if not isinstance(document, dict | list) or not document or draw(st.integers(0, 5)) == 0:
        return draw(DOCUMENTS)
    if isinstance(document, list):
        at = draw(st.integers(0, len(document) - 1))
        way = draw(st.integers(0, 3))
        if way == 0:
            return document[:at] + document[at + 1 :]
        if way == 1:
            return [*document, document[at]]
        return [*document[:at], draw(changed(document[at])), *document[at + 1 :]]
    name = draw(st.sampled_from(sorted(document)))
    way = draw(st.integers(0, 4))
    if way == 0:
        return {key: value for key, value in document.items() if key != name}
    if way == 1:
        return {**document, draw(_TEXTS): draw(LEAVES)}
    return {**document, name: draw(changed(document[name]))}
