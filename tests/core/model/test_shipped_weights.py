"""The bundled weights on a real voice whose sentence they never saw, and on no voice at all."""

import json
from pathlib import Path

import numpy as np
import pytest

from model.audio_file import read_audio
from model.channels import ARKIT_52
from model.curves import Curves
from model.lip_seal import lip_opening
from model.runtime import choose_runtime

DATA = Path(__file__).parents[2] / "data"
PHONES = json.loads((DATA / "surprise.json").read_text(encoding="utf-8"))["phones"]


@pytest.fixture(scope="module")
def runtime():
    return choose_runtime("numpy")


@pytest.fixture(scope="module")
def curves(runtime) -> Curves:
    return runtime.predict(read_audio(DATA / "surprise.flac"))


def during(values: np.ndarray, phones: str) -> list[np.ndarray]:
    """Pieces of [T] during some phones, named with spaces between."""
    return [
        values[int(start * 100) : int(end * 100) + 1]
        for phone, start, end in PHONES
        if phone in phones.split()
    ]


def test_lips_seal_at_p_b_m_and_part_at_vowels(curves: Curves) -> None:
    opening = lip_opening(ARKIT_52, curves.values)
    p95 = np.percentile(opening, 95)
    sealed = [piece.min() < 0.15 * p95 for piece in during(opening, "p b m")]
    parted = [piece.max() > 0.4 * p95 for piece in during(opening, "a ɑ æ ʌ ɛ")]
    assert np.mean(sealed) >= 0.6
    assert np.mean(parted) >= 0.75
    others = [piece.min() for piece in during(opening, "t d k ɡ n s")]
    assert np.median([piece.min() for piece in during(opening, "p b m")]) < 0.3 * np.median(others)


def test_lower_lip_rolls_in_at_f_and_v(curves: Curves) -> None:
    roll = curves.column("mouthRollLower")
    assert np.mean([piece.max() for piece in during(roll, "f v")]) > 2 * roll.mean()


def test_lips_round_for_u_and_w_not_for_i(curves: Curves) -> None:
    rounding = curves.column("mouthPucker") + curves.column("mouthFunnel")
    rounded = np.mean([piece.max() for piece in during(rounding, "u w o ʊ")])
    spread = np.mean([piece.mean() for piece in during(rounding, "i ɪ s z")])
    assert rounded > 2 * spread


def test_brows_move_with_the_voice(curves: Curves) -> None:
    assert np.ptp(curves.column("browInnerUp")) > 0.02


@pytest.mark.parametrize("sound", ["silence", "hiss", "hum"])
def test_sound_without_voice_does_not_move_the_lips(runtime, sound: str) -> None:
    time = np.arange(48000) / 16000
    samples = {
        "silence": np.zeros(48000),
        "hiss": np.random.default_rng(0).normal(0, 0.003, 48000),
        "hum": 0.01 * np.sin(2 * np.pi * 50 * time),
    }[sound]
    opening = lip_opening(ARKIT_52, runtime.predict(samples.astype(np.float32)).values)
    assert opening[30:].max() < 0.04


def test_quiet_speech_moves_like_loud_speech(runtime, curves: Curves) -> None:
    quiet = runtime.predict(0.1 * read_audio(DATA / "surprise.flac"))
    loud, soft = (lip_opening(ARKIT_52, c.values) for c in (curves, quiet))
    assert np.corrcoef(loud, soft)[0, 1] > 0.93
