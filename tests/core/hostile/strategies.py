"""Hypothesis strategies for damaged bytes and JSON documents.

``A2F_FUZZ=20000`` tries as many inputs in each test, different ones each time; otherwise a few, the
same each time.
"""

import io
import json
import os
import zipfile
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

_NUMBERS = (
    0, 1, -1, 2**31, 2**63, 10**400, 1e12, 1e308, -1e308, 5e-324, float("nan"), float("inf"), True
)  # fmt: skip
_TEXTS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["", "\0", "\ud800", "a\nb", "\u2028", "é" * 300, "n" * 3000]),
)
_LEAVES = st.one_of(st.none(), st.sampled_from(_NUMBERS), st.integers(), st.floats(), _TEXTS)
DOCUMENTS = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXTS, inner, max_size=4)
)
DEEP = "[" * 100_000
"""JSON nested deeper than Python's parser goes."""


def damaged(seed: object) -> st.SearchStrategy[bytes]:
    """Damaged variants of a valid input.

    Args:
        seed: a file's bytes, or a JSON document, whose variants are its text.
    """
    if not isinstance(seed, bytes):
        documents = (changed(seed) | DOCUMENTS).map(lambda plain: json.dumps(plain).encode())
        return documents | damaged(json.dumps(seed).encode()) | st.just(DEEP.encode())
    variants = mutated(seed) | st.binary(max_size=64)
    return variants | mutated_member(seed) if seed.startswith(b"PK") else variants


@st.composite
def mutated(draw: Callable, whole: bytes) -> bytes:
    """Bytes of which some were changed, cut out, repeated or inserted."""
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
def mutated_member(draw: Callable, archive: bytes) -> bytes:
    """A zip with one mutated member and right checksums, so that the member is parsed."""
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        members = {name: source.read(name) for name in source.namelist()}
    name = draw(st.sampled_from(sorted(members)))
    members[name] = draw(mutated(members[name][:400])) + members[name][400:]
    result = io.BytesIO()
    with zipfile.ZipFile(result, "w") as changed_zip:
        for member, content in members.items():
            changed_zip.writestr(member, content)
    return result.getvalue()


@st.composite
def changed(draw: Callable, document: object) -> object:
    """A JSON document in which one value was replaced, removed, repeated or added."""
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
        return {**document, draw(_TEXTS): draw(_LEAVES)}
    return {**document, name: draw(changed(document[name]))}
