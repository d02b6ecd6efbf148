"""Vowels and gestures as the score sees them."""

import pytest

from tools.data.phones import PHONES, VOWELS
from tools.evaluate.phone_classes import (
    HEIGHT,
    height,
    is_open,
    is_rounded,
    is_spread,
    whole_vowels,
)


def test_every_vowel_has_a_height() -> None:
    assert set(HEIGHT) == set(VOWELS)


def test_diphthongs_become_one_vowel_as_high_as_their_nucleus() -> None:
    joined = whole_vowels([("m", 0.0, 0.1), ("a", 0.1, 0.2), ("ɪ", 0.2, 0.3), ("t", 0.3, 0.4)])
    assert joined == [("m", 0.0, 0.1), ("aɪ", 0.1, 0.3), ("t", 0.3, 0.4)]
    assert height("aɪ") == 1.0
    assert is_open("aʊ")


@pytest.mark.parametrize(
    "pair",
    [
        [("a", 0.0, 0.1), ("ɪ", 0.15, 0.2)],  # a pause between
        [("i", 0.0, 0.1), ("ɪ", 0.1, 0.2)],  # close to close
        [("a", 0.0, 0.1), ("i", 0.1, 0.2)],  # a tense vowel is one of its own
    ],
)
def test_other_neighbours_stay_two_vowels(pair) -> None:
    assert whole_vowels(pair) == pair


def test_r_coloured_vowel_has_no_consonant() -> None:
    assert whole_vowels([("ɜ", 0.0, 0.1), ("ɹ", 0.1, 0.2)]) == [("ɜ", 0.0, 0.2)]
    assert not is_rounded("ɜ")


def test_rounding_follows_arpabet() -> None:
    rounded = ["u", "oʊ", "w", "ɔ", "ɔɪ", "ɹ", "ʊ"]  # uw ow w ao oy r uh
    spread = ["i", "ɪ", "ɛ", "æ", "eɪ", "s", "z"]  # iy ih eh ae ey s z
    neither = ["aɪ", "aʊ", "ɑ", "t", "sil"]
    assert [is_rounded(p) for p in rounded + spread + neither] == [True] * 7 + [False] * 12
    assert [is_spread(p) for p in rounded + spread + neither] == (
        [False] * 7 + [True] * 7 + [False] * 5
    )


def test_no_phone_is_both_rounded_and_spread() -> None:
    assert not [phone for phone in PHONES if is_rounded(phone) and is_spread(phone)]
