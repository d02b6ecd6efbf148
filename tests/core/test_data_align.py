"""Forced alignment on made-up posteriors, and labels from it."""

import numpy as np
import pytest

from tools.data.align import AlignmentError, align
from tools.data.forced import forced_phones, german_sounds
from tools.data.phones import PHONES

SIL, A, B, C = 0, 1, 2, 3


def posteriors(frames: list[int], classes: int = 4, sure: float = 0.9) -> np.ndarray:
    """Log posteriors [T, classes] that hear the given class in each frame."""
    table = np.full((len(frames), classes), (1 - sure) / (classes - 1))
    table[np.arange(len(frames)), frames] = sure
    return np.log(table)


def spans(frames: list[int], words: list[list[int]], **options) -> list[tuple[int, int, int, int]]:
    found = align(posteriors(frames), words, SIL, **options)
    return [(s.phone, s.start, s.end, s.word) for s in found]


def test_phones_lie_where_they_are_heard_and_cover_all_frames():
    heard = [SIL] * 3 + [A] * 4 + [B] * 3 + [SIL] * 5 + [C] * 2 + [SIL] * 2
    assert spans(heard, [[A, B], [C]]) == [
        (SIL, 0, 3, -1), (A, 3, 7, 0), (B, 7, 10, 0), (SIL, 10, 15, -1), (C, 15, 17, 1),
        (SIL, 17, 19, -1),
    ]  # fmt: skip


def test_silences_are_left_out_where_none_is_heard():
    heard = [A] * 4 + [B] * 3 + [C] * 2
    assert spans(heard, [[A, B], [C]]) == [(A, 0, 4, 0), (B, 4, 7, 0), (C, 7, 9, 1)]


def test_no_phone_is_shorter_than_told_even_if_unheard():
    found = spans([A] * 5 + [C] * 5, [[A, B, C]], shortest=3)
    assert [s[0] for s in found] == [A, B, C]
    assert min(end - start for _, start, end, _ in found) == 3


def test_there_is_no_silence_within_a_word():
    found = spans([A] * 3 + [SIL] * 4 + [B] * 3, [[A, B]])
    assert [s[0] for s in found] == [A, B]


def test_same_phone_twice_is_two_spans():
    assert [s[0] for s in spans([A] * 6, [[A], [A]])] == [A, A]


def test_priors_take_back_what_a_common_class_gains():
    scores = np.log([[0.1, 0.5, 0.4]] * 2 + [[0.1, 0.55, 0.45]] * 2 + [[0.1, 0.3, 0.6]] * 2)
    plain = align(scores, [[1, 2]], 0)
    fair = align(scores, [[1, 2]], 0, log_priors=np.log([0.2, 0.6, 0.2]))
    assert (plain[0].end, fair[0].end) == (4, 2)


def test_too_few_frames_are_told():
    with pytest.raises(AlignmentError, match="3 frames"):
        spans([A] * 3, [[A, B]])


def test_words_that_are_not_heard_stay_without_labels():
    p, m, a, s = (PHONES.index(phone) for phone in ("p", "m", "a", "s"))
    heard = posteriors([m] * 6 + [a] * 8 + [s] * 9, len(PHONES), 0.95)
    words = [[("m", 0), ("a", 1)], [("p", 0), ("i", 1)]]
    found = forced_phones(words, heard)
    assert [(f.ipa, f.stress) for f in found] == [("m", 0), ("a", 1)]
    assert (found[0].start, found[0].end) == (0.0, pytest.approx(0.06))
    assert p not in [PHONES.index(f.ipa) for f in found]


def test_german_r_is_a_vowel_after_vowels_only():
    word = [("d", 0), ("ɾ", 0), ("ʊ", 1), ("m", 0), ("ɜ", 0)]
    assert [p for p, _ in german_sounds(word)] == ["d", "ʁ", "ʊ", "m", "ɐ"]
    assert [p for p, _ in german_sounds([("v", 0), ("ɑ", 0), ("ɾ", 0)])] == ["v", "ɑ", "ɐ"]
    assert [p for p, _ in german_sounds([("ɑ", 1), ("ɾ", 0), ("ə", 0)])] == ["ɑ", "ʁ", "ə"]
