"""A sound decoded piece by piece by something that seeks badly is the sound."""

from collections.abc import Callable

import numpy as np
import pytest
from a2f.blender_audio2face.core.sound.decoders import pieces

RATE = 2000.0
Decode = Callable[[float, float], np.ndarray]


@pytest.fixture
def sound() -> np.ndarray:
    """45.03 s of stereo noise."""
    return 0.3 * np.random.default_rng(0).standard_normal((90_060, 2)).astype(np.float32)


def seeking(sound: np.ndarray, beside: float, asked: list[float]) -> Decode:
    """Decodes from ``beside`` seconds off what it is asked for, but the beginning."""

    def decode(first: float, last: float) -> np.ndarray:
        asked.append(last - first)
        start = max(round((first + (beside if first > 0 else 0.0)) * RATE), 0)
        return sound[start : start + round((last - first) * RATE)]

    return decode


@pytest.mark.parametrize("beside", [0.0, -0.035, 0.02])
@pytest.mark.parametrize("end", [45.03, 100.0, 31.7, 4.0])
def test_nothing_is_lost_or_heard_twice(sound: np.ndarray, beside: float, end: float) -> None:
    asked = []
    heard = np.concatenate(list(pieces(seeking(sound, beside, asked), RATE, 0.0, end)))
    assert np.array_equal(heard, sound[: round(end * RATE)])
    assert max(asked) < 11.0


def test_over_a_silence_it_is_as_far_beside_as_the_decoder(sound: np.ndarray) -> None:
    sound[39_000:41_000] = 0.0  # the first joint stands at 40,000
    heard = np.concatenate(list(pieces(seeking(sound, 0.02, []), RATE, 0.0, 40.0)))
    assert np.array_equal(heard[:39_000], sound[:39_000])
    assert np.array_equal(heard[41_000:79_000], sound[41_040:79_040])


def test_a_decoder_that_cannot_seek_is_asked_for_all_of_it(sound: np.ndarray) -> None:
    def decode(first: float, last: float) -> np.ndarray:
        return sound[: round((last - first) * RATE)]

    heard = np.concatenate(list(pieces(decode, RATE, 0.0, 18.0)))
    assert np.array_equal(heard, sound[: round(18.0 * RATE)])


def test_a_sound_without_samples() -> None:
    heard = list(pieces(lambda *_: np.zeros((0, 2), np.float32), RATE, 0.0, 30.0))
    assert sum(len(piece) for piece in heard) == 0


def test_a_steady_tone_stays_in_step() -> None:
    tone = np.sin(2 * np.pi * 100 * np.arange(60_000) / RATE)[:, None]
    heard = np.concatenate(list(pieces(seeking(tone, 0.0, []), RATE, 0.0, 30.0)))
    assert np.array_equal(heard, tone)
