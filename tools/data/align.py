"""Forced alignment: where the phones of a known text lie, from posteriors per frame.

Viterbi over a left-to-right chain of phones with an optional silence before, between and after
words (L. Rabiner, "A tutorial on hidden Markov models", Proc. IEEE 77(2), 1989).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

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


def align(
    log_posteriors: np.ndarray,
    words: Sequence[Sequence[int]],
    silence: int,
    shortest: int = 2,
    log_priors: np.ndarray | None = None,
) -> list[Span]:
    """Spans of the phones of `words` that cover all frames of `log_posteriors` [T, P].

    Words are sequences of phone classes below P. No phone is shorter than `shortest` frames.
    `log_priors` [P], subtracted, make posteriors into likelihoods up to a factor. Raises
    `AlignmentError` when there are fewer frames than the phones need at least.
    """
    phones, of_word = _with_silences(words, silence)
    frames = len(log_posteriors)
    if frames < shortest * sum(word >= 0 for word in of_word):
        raise AlignmentError(f"{frames} frames are too few for {len(phones)} phones.")
    scores = log_posteriors if log_priors is None else log_posteriors - log_priors
    path = _best_path(scores[:, phones], np.array(of_word), shortest)
    starts = np.flatnonzero(np.diff(path, prepend=-1))
    spans = []
    for start, end in zip(starts, [*starts[1:], frames], strict=True):
        i = path[start]
        score = float(np.mean(log_posteriors[start:end, phones[i]]))
        spans.append(Span(phones[i], int(start), int(end), of_word[i], score))
    return spans


def _with_silences(words: Sequence[Sequence[int]], silence: int) -> tuple[list[int], list[int]]:
    phones, of_word = [silence], [-1]
    for index, word in enumerate(words):
        phones += [*word, silence]
        of_word += [index] * len(word) + [-1]
    return phones, of_word


def _best_path(scores: np.ndarray, of_word: np.ndarray, shortest: int) -> np.ndarray:
    """Position in the chain of every frame [T], from `scores` [T, positions].

    Every position is a row of `shortest` states, the last of which may last; where of_word is -1 a
    position may be passed over.
    """
    frames, positions = scores.shape
    states = positions * shortest
    position = np.arange(states) // shortest
    first = np.arange(states) % shortest == 0
    last = np.arange(states) % shortest == shortest - 1
    stays = np.where(last, 0.0, _IMPOSSIBLE)
    # A word's first phone may follow the last one of the word before, without the silence.
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
