"""Synthetic speech: speaking styles, and espeak-ng where it is installed."""

import ctypes.util
import json
import random
from itertools import pairwise

import numpy as np
import pytest

from tools.data.cache import DataError
from tools.data.corpora import CORPORA
from tools.data.espeak import Espeak, EspeakVoice
from tools.data.labels import LEVEL_HOP, level_curve
from tools.data.phones import Phone
from tools.data.speaking_styles import draw_style, play_faster, shout
from tools.data.synthesis import synthesise

RATE = 16000
needs_espeak = pytest.mark.skipif(
    ctypes.util.find_library("espeak-ng") is None, reason="needs espeak-ng's library"
)


def test_playing_faster_moves_times_and_pitch():
    tone = np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE).astype(np.float32)
    faster, phones = play_faster(tone, [Phone("m", 0.0, 0.25), Phone("ɑ", 0.25, 1.0)], 1.25)
    assert len(faster) == pytest.approx(0.8 * RATE, abs=2)
    assert (phones[0].end, phones[1].end) == (pytest.approx(0.2), pytest.approx(0.8, abs=1e-3))
    peak = np.argmax(np.abs(np.fft.rfft(faster))) * RATE / len(faster)
    assert peak == pytest.approx(625, abs=2)


def test_shouting_raises_high_frequencies_by_the_gain():
    rng = np.random.default_rng(0)
    quiet = 1e-3 * rng.standard_normal(RATE).astype(np.float32)
    loud = shout(quiet, 10.0)
    ratio = 20 * np.log10(np.abs(np.fft.rfft(loud)) / np.abs(np.fft.rfft(quiet)))
    assert np.median(ratio[5000:7000]) - np.median(ratio[100:300]) == pytest.approx(10, abs=1.5)
    assert np.abs(loud).max() < 1.0


def test_styles_are_drawn_by_seed_and_all_occur():
    def drawn(**options) -> list[tuple]:
        rng = random.Random(1)
        styles = [draw_style("de+f1", rng, **options) for _ in range(200)]
        return [(style.name, style.voice) for style in styles]

    assert drawn() == drawn()
    assert {name for name, _ in drawn()} == {"plain", "fast", "slow", "shouted", "child", "whisper"}
    assert "whisper" not in {name for name, _ in drawn(whisper=False)}
    assert all(80 <= voice.rate <= 330 or name == "child" for name, voice in drawn())
    assert {v.name for n, v in drawn() if n == "whisper"} == {"de+whisper", "de+whisperf"}


@needs_espeak
def test_espeak_phones_cover_the_audio_and_stops_their_closure():
    samples, phones = Espeak().speak("A happy puppet.", EspeakVoice("en-us"))
    assert phones[0].start == 0.0
    assert phones[-1].end == pytest.approx(len(samples) / RATE, abs=1e-3)
    assert all(a.end == pytest.approx(b.start) for a, b in pairwise(phones))
    level = level_curve(samples, RATE)
    inner = [p for p in phones[1:] if p.ipa == "p"]
    assert len(inner) == 3
    for p in inner:
        inside = level[round(p.start / LEVEL_HOP) : round(p.end / LEVEL_HOP)]
        assert inside.min() < np.percentile(level, 95) - 40.0


@needs_espeak
def test_espeak_voice_that_is_unknown_is_named():
    with pytest.raises(DataError, match="xx-none"):
        Espeak().speak("Hello.", EspeakVoice("xx-none"))


def test_corpus_without_held_out_sentences_is_refused(tmp_path, monkeypatch):
    folder = tmp_path / CORPORA["kerstin_de"].folder
    folder.mkdir(parents=True)
    (folder / "index.jsonl").write_text(json.dumps({"text": "Guten Tag"}) + "\n", encoding="utf-8")
    monkeypatch.setattr("tools.data.synthesis._SPEAKERS", {"espeak": lambda: None})
    with pytest.raises(DataError, match="kerstin_de is in the split test"):
        list(synthesise(tmp_path, "espeak_de", 0.0, 0))
