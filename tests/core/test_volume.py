"""Fades and silences reach the samples; the level of a mix does not."""

from collections.abc import Iterator

import numpy as np
import pytest
from a2f.blender_audio2face.core.sound.samples import strip_blocks
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import RELEASE, StripTiming
from a2f.blender_audio2face.core.sound.volume import FULL_VOLUME, Volume

RATE = 100
TIMING = StripTiming(10.0, 1, 0.0, 0.0, 1, 21)


def samples(volume: Volume, timing: StripTiming = TIMING) -> np.ndarray:
    """Of a sound that is 1 for ten seconds."""
    plan = StripPlan("speech", SoundSource("s.wav", "s.wav"), timing, volume)

    def ones(_source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
        for at in range(0, round(duration * RATE), 70):
            yield np.ones(min(round(duration * RATE) - at, 70), np.float32)

    heard = np.concatenate(list(strip_blocks(plan, RATE, [("ones", ones)])))
    assert not heard[-round(RELEASE * RATE) :].any()
    return heard[: -round(RELEASE * RATE)]


@pytest.mark.parametrize("gain", [0.01, 1.0, 3.0])
def test_a_steady_volume_is_the_mixs_choice(gain: float) -> None:
    assert samples(Volume.of(np.full(21, gain))).tolist() == [1.0] * 200


def test_a_fade_is_linear_between_frames_and_relative_to_the_loudest() -> None:
    heard = samples(Volume.of(np.linspace(0.0, 0.5, 21)))
    assert heard.dtype == np.float32
    assert heard == pytest.approx(np.arange(200) / 200)


def test_a_fade_follows_the_frames_of_a_retimed_strip() -> None:
    fade = np.concatenate([np.zeros(11), np.ones(10)])
    warp = tuple(np.concatenate([np.arange(11) * 0.2, 2.0 + np.arange(1, 11) * 0.1]))
    timing = StripTiming(10.0, 1, 0.0, 0.0, 1, 21, warp)
    heard = samples(Volume.of(fade), timing)
    assert len(heard) == 300
    assert not heard[:200].any()
    assert (heard[210:] == 1).all()


def test_silence() -> None:
    silent = Volume.of(np.array([0.0, -1.0]))
    assert silent.silent
    assert not FULL_VOLUME.silent
    assert silent.shape().tolist() == [0.0]
    assert not samples(silent).any()


def test_a_fade_from_silence_is_no_silence() -> None:
    fade = Volume.of(np.array([0.0, 0.5]))
    assert fade.moves
    assert not fade.silent


def test_differences_below_a_millionth_are_none() -> None:
    assert Volume.of(np.array([1.0, 1.0 + 4e-7])) == FULL_VOLUME
    assert Volume.of(np.array([1.0, 1.0 + 2e-6])).moves
