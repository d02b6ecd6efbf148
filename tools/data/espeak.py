"""Speech with exact phone times from espeak-ng's library (C API of espeak-ng/speak_lib.h)."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import soxr

from .cache import SAMPLE_RATE, DataError
from .labels import LEVEL_HOP, Label, cover, level_curve, silence_threshold, to_phones
from .phones import IPA_MARKS, SILENCE, Phone, normalise

_AUDIO_OUTPUT_SYNCHRONOUS = 2
_PHONEME_EVENTS, _PHONEME_IPA, _DONT_EXIT = 1, 2, 0x8000
_EVENT_PHONEME = 7
_CHARS_UTF8 = 1
_POS_CHARACTER = 1
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
# Below espeak-ng's usual 100, at which loud voices clip.
_UNCLIPPED = 70
_SEPARATOR = "_"
_ALPHABET = "espeak-ipa"

_STOPS = frozenset("pbtdkɡq") | {"tʃ", "dʒ", "ts", "dz"}
# Closures: amplitude of digital silence over the peak, and seconds.
_SILENT = 1e-3
_EDGE = 0.004
_KEEP = 0.02
_AFTER_PAUSE = 0.07


class _Id(ctypes.Union):
    _fields_ = [("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8)]


class _Event(ctypes.Structure):
    _fields_ = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Id),
    ]


_Callback = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event)
)


@dataclass(frozen=True)
class EspeakVoice:
    """A voice such as "en-us+f3", its words a minute, its pitch and pitch range in 0..99."""

    name: str
    rate: int = 175
    pitch: int = 50
    range: int = 50


class Espeak:
    """The library, which keeps its state for the whole process: use one object at a time.

    Raises `DataError` when the library or its data is not installed.
    """

    def __init__(self) -> None:
        try:
            self._lib = ctypes.CDLL("libespeak-ng.so.1")
        except OSError as error:
            raise DataError("libespeak-ng.so.1 cannot be loaded; install espeak-ng.") from error
        options = _PHONEME_EVENTS | _PHONEME_IPA | _DONT_EXIT
        self._rate = self._lib.espeak_Initialize(_AUDIO_OUTPUT_SYNCHRONOUS, 200, None, options)
        if self._rate <= 0:
            raise DataError("espeak-ng finds no data; install espeak-ng-data.")
        self._lib.espeak_TextToPhonemes.restype = ctypes.c_char_p
        self._audio: list[np.ndarray] = []
        self._events: list[tuple[str, int]] = []
        # ctypes keeps no reference: without this the callback is freed while C still calls it.
        self._callback = _Callback(self._collect)
        self._lib.espeak_SetSynthCallback(self._callback)

    def speak(self, text: str, voice: EspeakVoice) -> tuple[np.ndarray, list[Phone]]:
        """Samples [N] float32 at 16 kHz and the phones, which cover them from start to end.

        Raises `DataError`, or `UnknownSymbolError` for a sound without a translation.
        """
        self._set(voice)
        self._audio.clear()
        self._events.clear()
        data = text.encode()
        status = self._lib.espeak_Synth(
            data, len(data) + 1, 0, _POS_CHARACTER, 0, _CHARS_UTF8, None, None
        )
        if status != 0 or not self._audio:
            raise DataError(f"espeak-ng cannot speak {text!r} as {voice.name} ({status}).")
        # Transcription advances espeak-ng's internal state: with it the same seed goes on giving
        # the same speech as the corpora that the shipped network was trained on.
        self._transcription(text)
        samples = np.concatenate(self._audio).astype(np.float32) / 32768.0
        labels = claim_closures(self._labels(samples), samples, self._rate)
        phones = cover(to_phones(labels, _ALPHABET), len(samples) / self._rate)
        return soxr.resample(samples, self._rate, SAMPLE_RATE), phones

    def _set(self, voice: EspeakVoice) -> None:
        if self._lib.espeak_SetVoiceByName(voice.name.encode()) != 0:
            raise DataError(f"espeak-ng has no voice {voice.name}.")
        for parameter, value in (
            (_RATE, voice.rate),
            (_VOLUME, _UNCLIPPED),
            (_PITCH, voice.pitch),
            (_RANGE, voice.range),
        ):
            self._lib.espeak_SetParameter(parameter, int(value), 0)

    def _collect(self, wave, count, events) -> int:
        if count and wave:
            self._audio.append(np.ctypeslib.as_array(wave, (count,)).copy())
        i = 0
        while events[i].type:
            if events[i].type == _EVENT_PHONEME:
                # Names longer than the field's eight bytes end in half a letter.
                name = bytes(events[i].id.string).decode("utf-8", "ignore")
                self._events.append((name, events[i].sample))
            i += 1
        return 0

    def _labels(self, samples: np.ndarray) -> list[Label]:
        """The events as labels. Events without a sound of their own continue the previous sound.

        These are language switches such as "(en)", palatalisation alone, and nameless events
        that are not silent (links between vowels).
        """
        level = level_curve(samples, self._rate)
        quiet = level < silence_threshold(level)
        bounds = [at / self._rate for _, at in self._events] + [len(samples) / self._rate]
        labels: list[Label] = [("", 0.0, bounds[0])]
        for (name, _), start, end in zip(self._events, bounds, bounds[1:], strict=False):
            inside = quiet[int(start / LEVEL_HOP) : int(end / LEVEL_HOP) + 1]
            silent = name == "" and bool(len(inside)) and float(inside.mean()) > 0.5
            if silent or _has_sound(name):
                labels.append((name, start, end))
            else:
                labels[-1] = (*labels[-1][:2], end)
        return labels

    def transcribe(self, text: str, voice: str) -> list[list[str]]:
        """The phones of each word of `text`, without speaking them.

        Raises `DataError` for an unknown voice, `UnknownSymbolError` for an untranslated sound.
        """
        self._set(EspeakVoice(voice))
        words = [
            [phone for s in symbols if _has_sound(s) for phone, _ in normalise(s, _ALPHABET)]
            for symbols in self._transcription(text)
        ]
        return [word for word in words if word]

    def _transcription(self, text: str) -> list[list[str]]:
        """The words of `text` as espeak-ng's symbols."""
        mode = _PHONEME_IPA | (ord(_SEPARATOR) << 8)
        rest = ctypes.c_char_p(text.encode())
        words: list[list[str]] = []
        while rest.value:
            clause = self._lib.espeak_TextToPhonemes(ctypes.byref(rest), _CHARS_UTF8, mode) or b""
            words += [word.split(_SEPARATOR) for word in clause.decode("utf-8").split()]
        return words


def _has_sound(symbol: str) -> bool:
    """False for language switches such as "(en)" and for marks alone."""
    return not symbol.startswith("(") and symbol.strip("".join(IPA_MARKS)) != ""


def claim_closures(labels: Sequence[Label], samples: np.ndarray, rate: int) -> list[Label]:
    """Move the start of each stop back over the digital silence right before it.

    espeak-ng reports a stop where it bursts and counts the silent closure to the previous sound.
    At least 20 ms of that sound are kept. After a pause, where closure and pause sound the same,
    the last 70 ms are the closure's. `labels` (symbol, start, end in seconds) follow each other
    without gaps; `samples` [N] float at `rate` Hz. Raises `phones.UnknownSymbolError`.
    """
    sounding = np.flatnonzero(np.abs(samples) > _SILENT * max(float(np.abs(samples).max()), 1e-9))
    claimed = list(labels)
    for i in range(1, len(claimed)):
        (before, since, _), (symbol, burst, end) = claimed[i - 1], claimed[i]
        if normalise(symbol, _ALPHABET)[0][0] not in _STOPS:
            continue
        # The burst may begin a few milliseconds before its event.
        k = int(np.searchsorted(sounding, (burst - _EDGE) * rate))
        closed_from = (sounding[k - 1] + 1) / rate if k else 0.0
        paused = normalise(before, _ALPHABET)[0][0] == SILENCE
        earliest = max(since, burst - _AFTER_PAUSE) if paused else min(since + _KEEP, burst)
        start = min(max(closed_from, earliest), burst)
        if burst - start >= _EDGE:
            claimed[i - 1], claimed[i] = (before, since, start), (symbol, start, end)
    return claimed
