"""Forced alignment: where the phones of a known text lie, from posteriors per frame.

Viterbi over a left-to-right chain of phones with an optional silence before, between and after
words (L. Rabiner, "A tutorial on hidden Markov models", Proc. IEEE 77(2), 1989). The posteriors
come from a trained network's phone head (`tools.train.posteriors`): an npz with, for each recording
by its id, log posteriors [T, len(PHONES)] of 10 ms frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .phones import PHONES, SILENCE, Phone, is_vowel

Word = Sequence[str]
"""The phones of a word."""

_FRAME = 0.01
_CLASS = {phone: index for index, phone in enumerate(PHONES)}
# Posteriors below this probability count as this much: the chain decides.
_FLOOR = np.log(1e-4)
# Words with a mean log posterior below this are left without labels.
_CONFIRMED = -3.5
_IMPOSSIBLE = -1e30


class Span(NamedTuple):
    """A phone's class from frame `start` to before frame `end`.

    `word` is the index of its word, -1 in a silence; `score` the mean log posterior per frame.
    """

    phone: int
    start: int
    end: int
    word: int
    score: float


class AlignmentError(ValueError):
    """A sequence of phones that does not fit its frames."""


def german_sounds(word: Word) -> Word:
    """A word as Germans say it where espeak-ng's `de` does not.

    r is uvular, and a vowel after vowels unless one follows; the ending -er is [ɐ].
    """
    spoken = []
    for i, phone in enumerate(word):
        if phone in ("r", "ɾ"):
            after_vowel = i > 0 and is_vowel(word[i - 1])
            before_vowel = i + 1 < len(word) and is_vowel(word[i + 1])
            phone = "ɐ" if after_vowel and not before_vowel else "ʁ"
        spoken.append("ɐ" if phone == "ɜ" else phone)
    return spoken


def confirmed_phones(words: Sequence[Word], log_posteriors: np.ndarray) -> list[Phone]:
    """Phones of the words that the posteriors [T, len(PHONES)] confirm, and the pauses.

    Words that they do not confirm stay without labels. Raises `AlignmentError` when the recording
    is too short for its words.
    """
    scores = np.maximum(log_posteriors.astype(np.float32), _FLOOR)
    classes = [[_CLASS[phone] for phone in word] for word in words]
    spans = align(scores, classes, _CLASS[SILENCE])
    confirmed = {index for index in range(len(words)) if _mean_score(spans, index) >= _CONFIRMED}
    return [
        Phone(PHONES[span.phone], span.start * _FRAME, span.end * _FRAME)
        for span in spans
        if span.word in confirmed or (span.word < 0 and span.score >= _CONFIRMED)
    ]


def _mean_score(spans: Sequence[Span], word: int) -> float:
    own = [span for span in spans if span.word == word]
    frames = sum(span.end - span.start for span in own)
    return sum(span.score * (span.end - span.start) for span in own) / max(frames, 1)


def align(
    log_posteriors: np.ndarray, words: Sequence[Sequence[int]], silence: int, shortest: int = 2
) -> list[Span]:
    """Spans of the phones of `words` that cover all frames of `log_posteriors` [T, P].

    Words are sequences of phone classes below P. No phone is shorter than `shortest` frames.
    Raises `AlignmentError` when there are fewer frames than the phones need at least.
    """
    phones, of_word = [silence], [-1]
    for index, word in enumerate(words):
        phones += [*word, silence]
        of_word += [index] * len(word) + [-1]
    frames = len(log_posteriors)
    if frames < shortest * sum(word >= 0 for word in of_word):
        raise AlignmentError(f"{frames} frames are too few for {len(phones)} phones.")
    path = _best_path(log_posteriors[:, phones], np.array(of_word), shortest)
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    spans = []
    for start, end in zip(starts, [*starts[1:], frames], strict=True):
        i = path[start]
        score = float(np.mean(log_posteriors[start:end, phones[i]]))
        spans.append(Span(phones[i], int(start), int(end), of_word[i], score))
    return spans


def _best_path(scores: np.ndarray, of_word: np.ndarray, shortest: int) -> np.ndarray:
    """Position in the chain of every frame [T], from `scores` [T, positions].

    Every position is a row of `shortest` states, of which only the last may repeat; where of_word
    is -1 a position may be skipped.
    """
    frames, positions = scores.shape
    states = positions * shortest
    position = np.arange(states) // shortest
    first = np.arange(states) % shortest == 0
    last = np.arange(states) % shortest == shortest - 1
    stays = np.where(last, 0.0, _IMPOSSIBLE)
    # A word's first phone may follow the last phone of the word before, without the silence.
    after_silence = np.append([False], of_word[:-1] == -1)
    skips = np.where(first & after_silence[position], 0.0, _IMPOSSIBLE)
    jump = shortest + 1

    total = np.full(states, _IMPOSSIBLE)
    total[0] = scores[0, 0]
    if positions > 1:
        total[shortest] = scores[0, 1]
    came = np.zeros((frames, states), np.int8)
    for t in range(1, frames):
        ways = np.full((3, states), _IMPOSSIBLE)
        ways[0] = total + stays
        ways[1, 1:] = total[:-1]
        ways[2, jump:] = total[:-jump] + skips[jump:]
        came[t] = ways.argmax(0)
        total = ways[came[t], np.arange(states)] + scores[t, position]
    state = states - 1
    if positions > 1 and total[states - 1 - shortest] > total[state]:
        state -= shortest
    path = np.empty(frames, np.int64)
    for t in range(frames - 1, -1, -1):
        path[t] = position[state]
        state -= (0, 1, jump)[came[t, state]]
    return path
