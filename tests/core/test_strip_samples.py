"""The samples a strip's frames stand for, and the decoders asked in turn."""

import tracemalloc
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.sound.samples import audible_samples, strip_blocks
from a2f.blender_audio2face.core.sound.strip_plan import SoundSource, StripPlan
from a2f.blender_audio2face.core.sound.strip_timing import RELEASE, StripTiming
from a2f.blender_audio2face.core.sound.volume import Volume
from a2f.blender_audio2face.errors import BakeError

RATE = 100
SOURCE = SoundSource("speech.wav", "/sounds/speech.wav")


def timing(left: int, right: int, start: float = 1.0, offset: float = 0.0) -> StripTiming:
    return StripTiming(
        fps=10.0,
        content_start=start,
        content_trim_start=0.0,
        sound_offset=offset,
        left_handle=left,
        right_handle=right,
    )


def ramp(_source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
    """A file of 2 s whose sample at t seconds is t + 1, in pieces of 0.3 s."""
    first, last = round(start * RATE), min(round((start + duration) * RATE), 2 * RATE)
    for at in range(first, last, 30):
        yield (np.arange(at, min(at + 30, last)) / RATE + 1).astype(np.float32)


def broken(_source: SoundSource, _start: float, _duration: float) -> Iterator[np.ndarray]:
    raise RuntimeError("unknown format.")


def torn(source: SoundSource, start: float, duration: float) -> Iterator[np.ndarray]:
    """Breaks off in the third piece."""
    pieces = ramp(source, start, duration)
    yield next(pieces)
    yield next(pieces)
    raise RuntimeError("damaged.")


def samples(strip: StripTiming) -> np.ndarray:
    return audible_samples(SOURCE, strip, RATE, [("ramp", ramp)])


def test_frames_and_times_of_a_strip() -> None:
    strip = timing(5, 9, start=3.5, offset=0.1)
    assert strip.frames.tolist() == [4, 5, 6, 7, 8, 9, 10, 11]
    assert strip.times == pytest.approx([-0.1, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert strip.source_time(5) == pytest.approx(0.05) == strip.start
    assert strip.duration == pytest.approx(0.4)
    assert replace(strip, content_trim_start=2.0).start == pytest.approx(0.25)


def test_the_face_leaves_rest_and_comes_back_to_it() -> None:
    assert timing(5, 9).weights == pytest.approx([0, 1, 1, 1, 1, 0.75, 0.25, 0])
    assert timing(5, 9).weights[[0, -1]].tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("fps", "lead_in", "release"),
    [(24.0, 3, 8), (25.0, 3, 8), (30 / 1.001, 3, 9), (30.0, 3, 9), (50.0, 5, 15), (60.0, 6, 18)],
)
def test_rest_is_as_far_away_at_every_rate(fps: float, lead_in: int, release: int) -> None:
    strip = replace(timing(10, 20), fps=fps)
    assert (strip.rest_before, strip.release_end) == (10 - lead_in, 20 + release)
    assert len(strip.frames) == len(strip.times) == len(strip.weights) == 11 + release


def test_only_the_audible_range_is_read() -> None:
    assert samples(timing(6, 11)) == pytest.approx(np.arange(50, 100) / RATE + 1)


def test_outside_the_file_is_silence() -> None:
    heard = samples(timing(-4, 26))
    assert len(heard) == 300
    assert not heard[:50].any()
    assert heard[50:250] == pytest.approx(np.arange(200) / RATE + 1)
    assert not heard[250:].any()


@pytest.mark.parametrize("strip", [timing(-20, -5), timing(40, 50)])
def test_a_strip_beside_its_sound_is_refused(strip: StripTiming) -> None:
    with pytest.raises(BakeError, match=r'"speech.wav" has no sound in the strip\'s frames'):
        samples(strip)


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(BakeError, match="has no sound"):
        audible_samples(SOURCE, timing(1, 5), RATE, [("empty", lambda *_: iter(()))])


def test_the_second_decoder_is_asked_when_the_first_fails() -> None:
    heard = audible_samples(SOURCE, timing(1, 11), RATE, [("a", broken), ("ramp", ramp)])
    assert heard == pytest.approx(samples(timing(1, 11)))


def test_where_a_decoder_breaks_off_the_second_goes_on() -> None:
    heard = audible_samples(SOURCE, timing(1, 21), RATE, [("a", torn), ("ramp", ramp)])
    assert np.array_equal(heard, samples(timing(1, 21)))


def test_every_decoders_reason_is_told() -> None:
    with pytest.raises(BakeError, match=r"\(a: unknown format; b: unknown format\)\. Convert it"):
        audible_samples(SOURCE, timing(1, 11), RATE, [("a", broken), ("b", broken)])


WARPED = replace(timing(5, 9), warp=(0.5, 0.7, 0.9, 1.0, 1.1))


def test_a_retimed_strip_is_sampled_at_its_own_seconds() -> None:
    assert WARPED.source_time(5.5) == pytest.approx(0.6)
    assert WARPED.source_time(3) == pytest.approx(0.3)
    assert WARPED.source_time(11) == pytest.approx(1.3)
    assert (WARPED.duration, WARPED.source_duration) == pytest.approx((0.4, 0.6))
    expected = [-0.1, 0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8]
    assert WARPED.times == pytest.approx(expected)
    assert len(WARPED.times) == len(WARPED.frames) == len(WARPED.weights)


def test_of_a_retimed_strip_all_of_the_sound_is_read() -> None:
    assert samples(WARPED) == pytest.approx(np.arange(50, 110) / RATE + 1)


def test_a_strip_is_heard_piece_by_piece_and_its_release_after_it() -> None:
    plan = StripPlan("speech", SOURCE, timing(-4, 26))
    blocks = list(strip_blocks(plan, RATE, [("ramp", ramp)]))
    assert max(len(block) for block in blocks) < 301
    assert len(blocks) > 7
    assert np.array_equal(
        np.concatenate(blocks), np.pad(samples(timing(-4, 26)), (0, round(RELEASE * RATE)))
    )


def test_an_hour_takes_no_room() -> None:
    """Of silence before, sound, a fade and silence after it."""
    strip = timing(-6000, 36_000)
    gains = Volume.of(np.linspace(1.0, 0.0, 42_001))
    plan = StripPlan("speech", SOURCE, strip, gains)

    def hum(_source: SoundSource, _start: float, duration: float) -> Iterator[np.ndarray]:
        for _ in range(int(duration / 2) // 4):
            yield np.ones(4 * 16_000, np.float32)

    heard = 0
    tracemalloc.start()
    try:
        for block in strip_blocks(plan, 16_000, [("hum", hum)]):
            heard += len(block)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert heard == (4200 + RELEASE) * 16_000
    assert most < 10e6
