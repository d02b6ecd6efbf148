"""Manners of synthetic speech."""

import random

import numpy as np
import pytest

from tools.data.manners import draw_manner, play_faster, shout
from tools.data.phones import Phone

RATE = 16000


def test_playing_faster_moves_times_and_pitch():
    tone = np.sin(2 * np.pi * 500 * np.arange(RATE) / RATE).astype(np.float32)
    faster, phones = play_faster(tone, [Phone("m", 0.0, 0.25), Phone("ɑ", 0.25, 1.0, 1)], 1.25)
    assert len(faster) == pytest.approx(0.8 * RATE, abs=2)
    assert (phones[0].end, phones[1].end) == (pytest.approx(0.2), pytest.approx(0.8, abs=1e-3))
    peak = np.argmax(np.abs(np.fft.rfft(faster))) * RATE / len(faster)
    assert peak == pytest.approx(625, abs=2)


def test_shouting_raises_what_is_high_by_the_gain():
    rng = np.random.default_rng(0)
    quiet = 1e-3 * rng.standard_normal(RATE).astype(np.float32)
    loud = shout(quiet, 10.0)
    ratio = 20 * np.log10(np.abs(np.fft.rfft(loud)) / np.abs(np.fft.rfft(quiet)))
    assert np.median(ratio[5000:7000]) - np.median(ratio[100:300]) == pytest.approx(10, abs=1.5)
    assert np.abs(loud).max() < 1.0


def test_manners_are_drawn_by_seed_and_all_occur():
    def drawn(**options) -> list[tuple]:
        rng = random.Random(1)
        return [
            (d.name, d.manner) for d in (draw_manner("de+f1", rng, **options) for _ in range(200))
        ]

    assert drawn() == drawn()
    assert {name for name, _ in drawn()} == {"plain", "fast", "slow", "shouted", "child", "whisper"}
    assert "whisper" not in {name for name, _ in drawn(whisper=False)}
    assert all(80 <= manner.rate <= 330 or name == "child" for name, manner in drawn())
    assert {m.voice for n, m in drawn() if n == "whisper"} == {"de+whisper", "de+whisperf"}
