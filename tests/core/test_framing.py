"""The 10 ms grid: how many frames samples make, and what lies in each."""

import numpy as np
import pytest

from model.framing import HOP, SAMPLE_RATE, centred_frames, frame_count


def test_a_frame_is_a_hundredth_of_a_second() -> None:
    assert (SAMPLE_RATE, HOP) == (16000, 160)
    assert [frame_count(samples) for samples in (0, 1, 160, 161, 320)] == [0, 1, 1, 2, 2]


@pytest.mark.parametrize("window", [1, 2, 99, 100, 400, 1024])
@pytest.mark.parametrize("count", [1, 159, 160, 161, 1000])
def test_a_frame_is_centred_on_its_sample_with_silence_beside_the_sound(
    window: int, count: int
) -> None:
    samples = np.arange(1, count + 1, dtype=np.float32)
    frames = centred_frames(samples, window)
    assert frames.shape == (frame_count(count), window)
    for number, frame in enumerate(frames):
        places = number * HOP - window // 2 + np.arange(window)
        inside = (places >= 0) & (places < count)
        assert frame.tolist() == np.where(inside, places + 1, 0).tolist()
