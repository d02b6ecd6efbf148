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
        list(synthesise(tmp_path, "espeak_de", 0.0, 0, []))


def spoken(corpus: str, refused, monkeypatch, root) -> tuple[list, list[str]]:
    """Recordings and problems of a corpus whose voices speak a second but for the refused ones."""

    def speak(text, name, *_options):
        if refused(name):
            raise DataError(f"{name} is not installed.")
        return np.zeros(RATE, np.float32), [Phone("m", 0.0, 1.0)]

    for program in ("festival", "flite"):
        monkeypatch.setattr(f"tools.data.synthesis.speak_with_{program}", speak)
    problems: list[str] = []
    return list(synthesise(root, corpus, 0.5, 0, problems)), problems


@pytest.fixture
def transcripts(tmp_path):
    folder = tmp_path / CORPORA["kathleen_en"].folder
    folder.mkdir(parents=True)
    lines = "".join(json.dumps({"text": f"Sentence {i}"}) + "\n" for i in range(60))
    (folder / "index.jsonl").write_text(lines, encoding="utf-8")
    return tmp_path


def test_other_voices_speak_for_a_missing_one(transcripts, monkeypatch):
    whole, problems = spoken("flite_en", lambda name: False, monkeypatch, transcripts)
    assert not problems
    left, problems = spoken("flite_en", lambda name: name == "slt", monkeypatch, transcripts)
    assert problems == ["flite_en: slt is not installed."]
    assert len(left) == len(whole)
    assert {rec.speaker for rec in whole} - {rec.speaker for rec in left} == {"flite-slt"}


def test_sentence_that_fails_once_costs_no_voice(transcripts, monkeypatch):
    calls = []

    def refused(name):
        calls.append(name)
        return len(calls) % 4 == 0

    found, problems = spoken("flite_en", refused, monkeypatch, transcripts)
    assert not problems
    assert {rec.speaker for rec in found} == {f"flite-{v}" for v in ("kal16", "rms", "slt", "awb")}


def test_language_without_words_or_voices_is_named_and_the_others_speak(tmp_path, monkeypatch):
    monkeypatch.setattr("tools.data.synthesis._HUNSPELL", tmp_path)
    (tmp_path / "cs_CZ.dic").write_text("2\nvoda\nchleba\n", encoding="utf-8")
    found, problems = spoken(
        "festival_more", lambda name: name.startswith(("suo", "hy")), monkeypatch, tmp_path
    )
    assert {rec.lang for rec in found} == {"cs"}
    assert {rec.split for rec in found} == {"train", "test"}
    named = "\n".join(problems)
    assert "hunspell-it" in named
    assert "no fi: None of the voices" in named


def test_missing_held_out_voice_leaves_the_training_part(transcripts, monkeypatch):
    found, problems = spoken("flite_en", lambda name: name == "awb", monkeypatch, transcripts)
    assert {rec.split for rec in found} == {"train"}
    assert "flite_en, test: no en-us: None of the voices awb speaks en-us." in problems


def test_corpus_without_any_voice_is_refused(transcripts, monkeypatch):
    with pytest.raises(DataError, match="None of the voices"):
        spoken("festival_en", lambda name: True, monkeypatch, transcripts)
