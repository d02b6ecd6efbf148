"""The calibration signal tells which second of it plays."""

import io
import wave

import numpy as np
import pytest
from a2f.blender_audio2face.core.sound.calibration_signal import decoded, encoded


def samples(seconds: float) -> tuple[np.ndarray, int]:
    with wave.open(io.BytesIO(encoded(seconds)), "rb") as file:
        assert file.getparams()[:4] == (2, 4, 48000, seconds * 48000)
        raw = np.frombuffer(file.readframes(file.getnframes()), "<i4")
        return raw.reshape(-1, 2) / 2.0**31, file.getframerate()


def played(at: np.ndarray, seconds: float = 20.0) -> np.ndarray:
    """What plays at some seconds of the sound; silence outside."""
    stereo, rate = samples(seconds)
    index = np.round(np.asarray(at) * rate).astype(int)
    inside = (index >= 0) & (index < len(stereo))
    return np.where(inside[:, None], stereo[np.clip(index, 0, len(stereo) - 1)], 0.0)


@pytest.mark.parametrize("gain", [1.0, 0.01])
@pytest.mark.parametrize("speed", [0.3, 1.0, 4.0])
def test_any_speed_and_gain_is_read(speed: float, gain: float) -> None:
    at = 1.0 + np.arange(100) * speed / 25
    assert decoded(played(at) * gain, 20.0, 0.04) == pytest.approx(at, abs=2e-4)


def test_minutes_are_read_to_a_millisecond() -> None:
    at = np.linspace(0.5, 119.0, 500)
    assert decoded(played(at, 120.0), 120.0, 0.04) == pytest.approx(at, abs=1e-3)


def test_time_continues_outside_of_the_signal() -> None:
    at = np.arange(-1.0, 21.5, 0.04)
    stereo = played(at)
    assert decoded(stereo, 20.0, 0.04) == pytest.approx(at, abs=2e-3)
    stereo[(at < 0) | (at > 20)] += 0.01  # as a filter leaves beside a sound
    assert decoded(stereo, 20.0, 0.04) == pytest.approx(at, abs=2e-3)


def test_freeze_is_read_at_any_second() -> None:
    for middle in (1.0, 10.0, 19.0):
        at = middle + np.array([-0.9, -0.1, 0.0, 0.0, 0.0, 0.05, 0.9])
        assert decoded(played(at), 20.0, 0.04) == pytest.approx(at, abs=1e-3)


def test_pause_is_bridged_and_time_never_falls() -> None:
    stereo = played(2.0 + np.arange(50) * 0.04)
    stereo[20:25] = 0.0
    assert decoded(stereo, 20.0, 0.04) == pytest.approx(2.0 + np.arange(50) * 0.04, abs=1e-3)
    jitter = played(np.array([3.0, 3.1, 3.05, 3.2]))
    assert decoded(jitter, 20.0, 0.04) == pytest.approx([3.0, 3.1, 3.1, 3.2], abs=1e-3)


def test_silence_is_refused() -> None:
    with pytest.raises(ValueError, match="does not play"):
        decoded(np.zeros((10, 2)), 20.0, 0.04)
