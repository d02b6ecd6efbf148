"""The samples that a strip's frames play: range, speed, fades, and the decoders tried in turn."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.sound.decoders import Decoder
from a2f.blender_audio2face.core.sound.samples import audible_blocks, strip_blocks
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import RELEASE, StripTiming
from a2f.blender_audio2face.core.sound.volume import FULL_VOLUME, Volume
from a2f.blender_audio2face.errors import BakeError

RATE = 100
SOURCE = SoundSource("speech.wav", "/sounds/speech.wav")


def timing(left: int, right: int, start: float = 1.0, offset: float = 0.0) -> StripTiming:
    return StripTiming(10.0, start, 0.0, offset, left, right)


WARPED = replace(timing(5, 9), warp=(0.5, 0.7, 0.9, 1.0, 1.1))


def ramp(_source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
    """A file of 2 s whose sample at t seconds is t + 1, in pieces of 0.3 s."""
    first, last = round(start * RATE), min(round((start + duration) * RATE), 2 * RATE)
    for at in range(first, last, 30):
        yield (np.arange(at, min(at + 30, last)) / RATE + 1).astype(np.float32)


def ones(_source: SoundSource, _start: float, duration: float) -> Iterator[np.ndarray]:
    for at in range(0, round(duration * RATE), 70):
        yield np.ones(min(round(duration * RATE) - at, 70), np.float32)


def broken(_source: SoundSource, _start: float, _duration: float) -> Iterator[np.ndarray]:
    raise RuntimeError("unknown format.")


def torn(source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
    """Breaks off in the third piece."""
    pieces = ramp(source, start, duration)
    yield next(pieces)
    yield next(pieces)
    raise RuntimeError("damaged.")


def decoded(strip: StripTiming, *decoders: tuple[str, Decoder]) -> np.ndarray:
    return np.concatenate(list(audible_blocks(SOURCE, strip, RATE, decoders)))


def samples(strip: StripTiming) -> np.ndarray:
    return decoded(strip, ("ramp", ramp))


def faded(gains: np.ndarray, strip: StripTiming | None = None) -> np.ndarray:
    """A sound of ones with the volume of a strip, without its release."""
    plan = StripPlan("speech", SOURCE, strip or timing(1, 21), Volume.of(gains))
    heard = np.concatenate(list(strip_blocks(plan, RATE, [("ones", ones)])))
    assert not heard[-round(RELEASE * RATE) :].any()
    return heard[: -round(RELEASE * RATE)]


def test_strip_has_frames_times_and_weights() -> None:
    strip = timing(5, 9, start=3.5, offset=0.1)
    assert strip.frames.tolist() == [4, 5, 6, 7, 8, 9, 10, 11]
    assert strip.times == pytest.approx([-0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert strip.weights == pytest.approx([0, 1, 1, 1, 1, 0.75, 0.25, 0])
    assert strip.weights[[0, -1]].tolist() == [0.0, 0.0]
    assert strip.source_time(5) == pytest.approx(0.05) == strip.start
    assert strip.duration == pytest.approx(0.4)
    assert replace(strip, content_trim_start=2.0).start == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("fps", "lead_in", "release"),
    [(24.0, 3, 8), (25.0, 3, 8), (30 / 1.001, 3, 9), (30.0, 3, 9), (50.0, 5, 15), (60.0, 6, 18)],
)
def test_rest_is_at_the_same_distance_at_every_rate(fps: float, lead_in: int, release: int) -> None:
    strip = replace(timing(10, 20), fps=fps)
    assert (strip.rest_before, strip.release_end) == (10 - lead_in, 20 + release)
    assert len(strip.frames) == len(strip.times) == len(strip.weights) == 11 + release


def test_samples_are_those_of_the_audible_range() -> None:
    assert samples(timing(6, 11)) == pytest.approx(np.arange(50, 100) / RATE + 1)


def test_samples_outside_of_the_file_are_silent() -> None:
    heard = samples(timing(-4, 26))
    assert len(heard) == 300
    assert not heard[:50].any()
    assert heard[50:250] == pytest.approx(np.arange(200) / RATE + 1)
    assert not heard[250:].any()


@pytest.mark.parametrize(
    ("strip", "decoder"),
    [(timing(-20, -5), ramp), (timing(40, 50), ramp), (timing(1, 5), lambda *_: iter(()))],
)
def test_strip_without_sound_in_its_frames_is_refused(strip: StripTiming, decoder) -> None:
    with pytest.raises(BakeError, match=r'"speech.wav" has no sound in the strip\'s frames'):
        decoded(strip, ("decoder", decoder))


@pytest.mark.parametrize("first", [broken, torn])
def test_second_decoder_continues_where_the_first_fails(first) -> None:
    heard = decoded(timing(1, 21), ("a", first), ("ramp", ramp))
    assert np.array_equal(heard, samples(timing(1, 21)))


def test_failure_of_all_decoders_gives_their_reasons() -> None:
    with pytest.raises(BakeError, match=r"\(a: unknown format; b: unknown format\)\. Convert it"):
        decoded(timing(1, 11), ("a", broken), ("b", broken))


def test_retimed_strip_is_sampled_at_its_own_seconds() -> None:
    assert WARPED.source_time(5.5) == pytest.approx(0.6)
    assert WARPED.source_time(3) == pytest.approx(0.3)
    assert WARPED.source_time(11) == pytest.approx(1.3)
    assert (WARPED.duration, WARPED.source_duration) == pytest.approx((0.4, 0.6))
    assert WARPED.times == pytest.approx([-0.1, 0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8])
    assert len(WARPED.times) == len(WARPED.frames) == len(WARPED.weights)
    assert samples(WARPED) == pytest.approx(np.arange(50, 110) / RATE + 1)


def test_strip_comes_in_pieces_with_its_release() -> None:
    plan = StripPlan("speech", SOURCE, timing(-4, 26))
    blocks = list(strip_blocks(plan, RATE, [("ramp", ramp)]))
    assert max(len(block) for block in blocks) < 301
    assert len(blocks) > 7
    expected = np.pad(samples(timing(-4, 26)), (0, round(RELEASE * RATE)))
    assert np.array_equal(np.concatenate(blocks), expected)


def test_hour_of_sound_fade_and_silence_needs_little_memory() -> None:
    gains = Volume.of(np.linspace(1.0, 0.0, 42_001))
    plan = StripPlan("speech", SOURCE, timing(-6000, 36_000), gains)

    def hum(_source: SoundSource, _start: float, duration: float) -> Iterator[np.ndarray]:
        for _ in range(int(duration / 2) // 4):
            yield np.ones(4 * 16_000, np.float32)

    count = 0
    tracemalloc.start()
    try:
        for block in strip_blocks(plan, 16_000, [("hum", hum)]):
            count += len(block)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count == (4200 + RELEASE) * 16_000
    assert peak < 10e6


@pytest.mark.parametrize("gain", [0.01, 1.0, 3.0])
def test_constant_volume_changes_nothing(gain: float) -> None:
    assert faded(np.full(21, gain)).tolist() == [1.0] * 200


def test_fade_is_linear_between_frames_and_relative_to_its_maximum() -> None:
    heard = faded(np.linspace(0.0, 0.5, 21))
    assert heard.dtype == np.float32
    assert heard == pytest.approx(np.arange(200) / 200)


def test_fade_of_a_retimed_strip_follows_its_frames() -> None:
    warp = tuple(np.concatenate([np.arange(11) * 0.2, 2.0 + np.arange(1, 11) * 0.1]))
    gains = np.concatenate([np.zeros(11), np.ones(10)])
    heard = faded(gains, replace(timing(1, 21), warp=warp))
    assert len(heard) == 300
    assert not heard[:200].any()
    assert (heard[210:] == 1).all()


def test_silent_volume_gives_silence() -> None:
    silent = Volume.of(np.array([0.0, -1.0]))
    assert silent.silent and not FULL_VOLUME.silent
    assert silent.shape().tolist() == [0.0]
    assert not faded(np.zeros(21)).any()
    from_silence = Volume.of(np.array([0.0, 0.5]))
    assert from_silence.moves and not from_silence.silent


def test_volume_ignores_differences_below_a_millionth() -> None:
    assert Volume.of(np.array([1.0, 1.0 + 4e-7])) == FULL_VOLUME
    assert Volume.of(np.array([1.0, 1.0 + 2e-6])).moves
