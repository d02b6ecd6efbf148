"""Words and phones of English speech from pocketsphinx and the model it carries.

pocketsphinx's own alphabet is `alphabets.ARPABET`. Times are seconds; its frames last 10 ms.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder, get_model_path
from pocketsphinx.lm import ArpaBoLM

from .heard import Word, agreement
from .labels import Label

_FRAME = 0.01
_PEAK = 0.5


class Aligner:
    """Phones of a known English text."""

    def __init__(self) -> None:
        self._decoder = Decoder(lm=None, loglevel="FATAL")

    def align(self, samples: np.ndarray, text: str) -> list[Word]:
        """Words and pauses of `text` (words of CMUdict) in `samples` [N] float at 16 kHz.

        Raises ValueError when the text does not fit the sound.
        """
        raw = _as_bytes(samples)
        self._decoder.set_align_text(text)
        _process(self._decoder, raw)
        if self._decoder.hyp() is None:
            raise ValueError(f"pocketsphinx cannot align {text!r} with its recording.")
        self._decoder.set_alignment()
        _process(self._decoder, raw)
        return [_aligned(item) for item in self._decoder.get_alignment()]


class Recogniser:
    """Words and phones of English speech without a text.

    A language model counted from `sentences` restricts what can be heard; without them it is the
    carried one of general English.
    """

    def __init__(self, sentences: Iterable[str] = ()) -> None:
        text = "".join(f"<s> {sentence} </s>\n" for sentence in sentences)
        if text:
            with tempfile.TemporaryDirectory() as folder:
                model = Path(folder) / "sentences.arpa"
                counted = ArpaBoLM(text=text)
                counted.compute()
                counted.write_file(str(model))
                self._decoder = Decoder(lm=str(model), loglevel="FATAL")
        else:
            # Without the second, flat pass and with a narrow beam it takes a third of the time.
            self._decoder = Decoder(loglevel="FATAL", fwdflat=False, maxhmmpf=3000)
        phone_model = get_model_path("en-us/en-us-phone.lm.bin")
        self._bare = Decoder(
            lm=None, allphone=phone_model, lw=2.0, beam=1e-20, pbeam=1e-20, loglevel="FATAL"
        )

    def words(self, samples: np.ndarray) -> list[Word]:
        """Words, pauses and noises in `samples` [N] float at 16 kHz; none when nothing fits."""
        raw = _as_bytes(samples)
        self._decoder.activate_search("_default")
        _process(self._decoder, raw)
        if self._decoder.hyp() is None:
            return []
        sure = [(seg.word, min(seg.prob, 1.0)) for seg in self._decoder.seg()]
        self._decoder.set_alignment()
        _process(self._decoder, raw)
        heard = self._bare_phones(raw)
        return [
            _heard(item, text, posterior, heard)
            for item, (text, posterior) in zip(self._decoder.get_alignment(), sure, strict=True)
        ]

    def _bare_phones(self, raw: bytes) -> list[Label]:
        _process(self._bare, raw)
        if self._bare.hyp() is None:
            return []
        return [
            (seg.word, seg.start_frame * _FRAME, (seg.end_frame + 1) * _FRAME)
            for seg in self._bare.seg()
        ]


def _as_bytes(samples: np.ndarray) -> bytes:
    peak = max(float(np.abs(samples).max(initial=0.0)), 1e-6)
    return np.round(samples * (_PEAK / peak * 32767)).astype("<i2").tobytes()


def _process(decoder: Decoder, raw: bytes) -> None:
    decoder.start_utt()
    decoder.process_raw(raw, full_utt=True)
    decoder.end_utt()


def _aligned(item) -> Word:
    return Word(item.name, *_span(item), 1.0, 1.0, _phones(item))


def _heard(item, text: str, sure: float, others: list[Label]) -> Word:
    phones = _phones(item)
    return Word(text, *_span(item), round(sure, 3), round(agreement(phones, others), 3), phones)


def _phones(item) -> list[Label]:
    return [(phone.name, *_span(phone)) for phone in item]


def _span(item) -> tuple[float, float]:
    return round(item.start * _FRAME, 3), round((item.start + item.duration) * _FRAME, 3)
