"""Conditions of training crops: in time with the original, seeded, as strong as they say."""

import numpy as np
import pytest

pytest.importorskip("scipy")
pytest.importorskip("soundfile")

from model.features import FeatureConfig, mel_filters
from tools.train.augment import telephone, vary_log_mel, vary_waveform, warp_formants
from tools.train.codecs import gsm, mp3, opus
from tools.train.music import music
from tools.train.rooms import reverberate, room_response
from tools.train.sounds import _KINDS, coloured_noise, no_speech

RATE = 16000
CONFIG = FeatureConfig()


@pytest.fixture
def speech() -> np.ndarray:
    """Voice-like: pulses at 120 Hz through a resonance, on and off."""
    rng = np.random.default_rng(0)
    time = np.arange(2 * RATE) / RATE
    sound = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 30))
    gate = np.repeat(rng.random(20) > 0.3, RATE // 10)
    return (0.1 * sound * gate + 1e-4 * rng.standard_normal(len(time))).astype(np.float32)


def lag(a: np.ndarray, b: np.ndarray) -> int:
    """Samples that b comes after a."""
    size = len(a) + len(b)
    product = np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size))
    place = int(np.argmax(np.fft.irfft(product, size)))
    return place if place < size // 2 else place - size


@pytest.mark.parametrize("count", [30000, 31999])
@pytest.mark.parametrize(
    "codec",
    [lambda s: mp3(s, 0.75), lambda s: mp3(s, 0.86), lambda s: mp3(s, 0.95),
     lambda s: opus(s, 0.9), lambda s: opus(s, 1.0), gsm],
)  # fmt: skip
def test_codecs_keep_time_and_length(speech, codec, count):
    import soundfile

    if "MP3" not in soundfile.available_formats():
        pytest.skip("libsndfile without MP3")
    coded = codec(speech[:count])
    assert len(coded) == count
    assert abs(lag(speech[:count], coded)) <= 1
    assert np.isfinite(codec(np.zeros(count, np.float32))).all()


def test_a_room_keeps_the_direct_sound(speech):
    for seed in range(5):
        response = room_response(np.random.default_rng(seed))
        assert response[0] == 1.0
        assert np.sum(response[1:] ** 2) <= 10**-0.2 + 1e-6
        echoed = reverberate(speech, np.random.default_rng(seed))
        assert (len(echoed), lag(speech, echoed)) == (len(speech), 0)


def test_a_telephone_ends_below_4_khz(speech):
    noise = np.random.default_rng(0).standard_normal(len(speech))
    for seed in range(6):
        line = telephone(noise, np.random.default_rng(seed))
        power = np.abs(np.fft.rfft(line)) ** 2
        edge = int(4300 / RATE * len(line))
        assert power[edge:].sum() < 0.02 * power.sum()


def test_warping_moves_a_formant_by_the_factor():
    centres = mel_filters(CONFIG).argmax(0) * RATE / CONFIG.fft
    mel = -(((centres - 1500) / 300) ** 2)[None].astype(np.float32)
    for factor in (0.85, 1.25):
        peak = centres[np.argmax(warp_formants(mel, CONFIG, factor))]
        assert peak == pytest.approx(1500 * factor, rel=0.08)
    np.testing.assert_allclose(warp_formants(mel, CONFIG, 1.0), mel, atol=1e-5)


def test_conditions_are_the_same_for_the_same_seed(speech):
    other = np.roll(speech, 5000)
    for seed in range(4):
        first, again = (vary_waveform(speech, other, np.random.default_rng(seed)) for _ in range(2))
        np.testing.assert_array_equal(first, again)
        assert (first.dtype, first.shape) == (np.float32, speech.shape)


def test_silent_speech_stays_finite(speech):
    silent = np.zeros_like(speech)
    for seed in range(12):
        assert np.isfinite(vary_waveform(silent, silent, np.random.default_rng(seed))).all()
    mel = np.full((20, CONFIG.mels), np.log(CONFIG.floor), np.float32)
    assert np.isfinite(vary_log_mel(mel, CONFIG, np.random.default_rng(0))).all()


@pytest.mark.parametrize("kind", sorted(set(_KINDS), key=lambda kind: kind.__name__))
def test_sounds_have_unit_power(kind):
    for seed in range(3):
        sound = kind(RATE, np.random.default_rng(seed))
        assert sound.shape == (RATE,)
        assert np.std(sound) == pytest.approx(1.0, abs=0.01)


def test_no_speech_is_seeded_and_never_loud():
    sounds = [no_speech(RATE, np.random.default_rng(seed)) for seed in range(12)]
    np.testing.assert_array_equal(sounds[3], no_speech(RATE, np.random.default_rng(3)))
    assert max(np.std(sound) for sound in sounds) <= 10 ** (-12 / 20) + 1e-3
    assert any(
        not sound.any() for sound in (no_speech(80, np.random.default_rng(s)) for s in range(40))
    )


def test_music_and_noise_differ_from_seed_to_seed():
    for make in (music, coloured_noise):
        a, b = (make(RATE, np.random.default_rng(seed)) for seed in (1, 2))
        assert abs(np.corrcoef(a, b)[0, 1]) < 0.5
