"""Labels for real speech with a transcript: espeak-ng says which phones, `align` finds them.

The posteriors come from a trained network's phone head (`tools.train.posteriors`): an npz with, for
each recording by its id, log posteriors [T, len(PHONES)] of 10 ms frames.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .align import Span, align
from .phones import PHONES, SILENCE, Phone, is_vowel

FRAME = 0.01
_CLASS = {phone: index for index, phone in enumerate(PHONES)}
# Below this probability the network has no opinion but the chain's.
_FLOOR = np.log(1e-4)
# Words whose phones the network hears less than this (mean log posterior) are not trusted.
_SURE = -3.5

Word = Sequence[tuple[str, int]]


def german_sounds(word: Word) -> Word:
    """A word (phones with stress) as Germans say it where espeak-ng's `de` does not.

    r is uvular, and a vowel after vowels unless one follows; the ending -er is [ɐ].
    """
    spoken: list[tuple[str, int]] = []
    for i, (phone, stress) in enumerate(word):
        if phone in ("r", "ɾ"):
            after_vowel = i > 0 and is_vowel(word[i - 1][0])
            before_vowel = i + 1 < len(word) and is_vowel(word[i + 1][0])
            phone = "ɐ" if after_vowel and not before_vowel else "ʁ"
        spoken.append(("ɐ" if phone == "ɜ" else phone, stress))
    return spoken


def forced_phones(words: Sequence[Word], log_posteriors: np.ndarray) -> list[Phone]:
    """Phones of the words that the posteriors [T, len(PHONES)] confirm, and the pauses.

    Words that they do not confirm stay without labels. Raises `align.AlignmentError` when the
    recording is too short for its words.
    """
    scores = np.maximum(log_posteriors.astype(np.float32), _FLOOR)
    classes = [[_CLASS[phone] for phone, _ in word] for word in words]
    spans = align(scores, classes, _CLASS[SILENCE])
    sure = {index for index in range(len(words)) if _mean_score(spans, index) >= _SURE}
    stresses = iter([stress for word in words for _, stress in word])
    phones = []
    for span in spans:
        stress = next(stresses) if span.word >= 0 else 0
        if span.word in sure or (span.word < 0 and span.score >= _SURE):
            phones.append(Phone(PHONES[span.phone], span.start * FRAME, span.end * FRAME, stress))
    return phones


def _mean_score(spans: Sequence[Span], word: int) -> float:
    own = [span for span in spans if span.word == word]
    frames = sum(span.end - span.start for span in own)
    return sum(span.score * (span.end - span.start) for span in own) / max(frames, 1)
