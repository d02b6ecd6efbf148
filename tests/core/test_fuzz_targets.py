"""What is fuzzed reads what it should, and survives a few spoilt inputs, without atheris."""

import json
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tools.fuzz.archives import archive_of, joined
from tools.fuzz.draws import spoilt_json
from tools.fuzz.target import FindError, Target, expect_finite, expect_sentence
from tools.fuzz.targets import TARGETS

from .hostile import FEW, spoilt

SOME = settings(FEW, max_examples=max(FEW.max_examples // 4, 15))


@cache
def seeds_of(name: str) -> list[bytes]:
    return TARGETS[name].seeds()


def is_accepted(target: Target, data: bytes) -> bool:
    try:
        target.check(data)
    except target.refusals:
        return False
    return True


@pytest.mark.parametrize("name", TARGETS)
def test_seeds_are_read(name: str) -> None:
    target = TARGETS[name]
    seeds = seeds_of(name)
    assert all(len(seed) <= target.longest for seed in seeds)
    for seed in seeds:
        target.run(seed)
    assert any(is_accepted(target, seed) for seed in seeds)


@pytest.mark.parametrize("name", TARGETS)
@SOME
@given(data=st.data())
def test_spoilt_seeds(name: str, data: st.DataObject) -> None:
    target = TARGETS[name]
    seed = data.draw(st.sampled_from(seeds_of(name)))
    target.run(data.draw(spoilt(seed) if seed else st.binary(max_size=target.longest)))


def answering(error: Exception) -> Target:
    def check(_data: bytes) -> None:
        raise error

    return Target("one", list, check, (ValueError,))


@pytest.mark.parametrize(
    "error",
    [KeyError("a"), ValueError("no sentence"), ValueError("Two\nlines."), ValueError("a" * 3000)],
    ids=str,
)
def test_a_find_is_one(error: Exception) -> None:
    with pytest.raises((KeyError, FindError)):
        answering(error).run(b"")


def test_a_sentence_is_no_find() -> None:
    answering(ValueError("It cannot be read: choose another.")).run(b"")
    with pytest.raises(KeyError):
        replace(answering(KeyError("a.")), refusals=()).run(b"")


def test_what_is_no_number_is_a_find() -> None:
    expect_finite([1.0])
    with pytest.raises(FindError):
        expect_finite([1.0, float("nan")])
    with pytest.raises(FindError):
        expect_sentence("")


def test_no_bytes_change_nothing() -> None:
    document = {"a": [1, {"b": None}]}
    assert json.loads(spoilt_json(document, b"")) == document
    assert len({spoilt_json(document, bytes([0, 0, one])) for one in range(256)}) > 20
    assert json.loads(spoilt_json(document, b"\1\1\1")) != document
    assert document == {"a": [1, {"b": None}]}


def test_archives_come_together_again() -> None:
    (whole,) = TARGETS["weights"].seeds()
    assert joined(archive_of(joined(whole))) == joined(whole)
