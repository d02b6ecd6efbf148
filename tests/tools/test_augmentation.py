"""Conditions of training crops: in time with the original, seeded, as strong as they say."""

import numpy as np
import pytest
import soundfile

from model.features import FeatureConfig, mel_filters
from tools.train.augmentation import (
    Surroundings,
    gsm,
    mask_bands,
    mixed,
    mp3,
    opus,
    telephone,
    vary_log_mel,
    vary_waveform,
    warp_formants,
)
from tools.train.nonspeech import KINDS, no_speech, recorded_noise
from tools.train.pitch_shift import stretch
from tools.train.room_acoustics import reverberate, room_response

RATE = 16000
CONFIG = FeatureConfig()


def seeded(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.fixture
def speech() -> np.ndarray:
    """Voice-like: pulses at 120 Hz through a resonance, on and off."""
    rng = seeded(0)
    time = np.arange(2 * RATE) / RATE
    sound = sum(np.sin(2 * np.pi * 120 * k * time) / k for k in range(1, 30))
    gate = np.repeat(rng.random(20) > 0.3, RATE // 10)
    return (0.1 * sound * gate + 1e-4 * rng.standard_normal(len(time))).astype(np.float32)


def around(voice: np.ndarray, **sounds: list[np.ndarray]) -> Surroundings:
    """Surroundings whose every voice is ``voice``, at another place each."""
    rolled = [np.roll(voice, 3000 * (i + 1)) for i in range(8)]
    recorded = {"noises": [seeded(5).standard_normal(3000)], "rooms": [room_response(seeded(6))]}
    return Surroundings(**(recorded | sounds), voices=lambda number, count, rng: rolled[:number])


def loudness(sound: np.ndarray) -> float:
    """Decibels of the frames within 30 dB of the loudest."""
    power = np.mean(sound[: len(sound) // 160 * 160].reshape(-1, 160) ** 2, 1)
    return 10 * np.log10(np.mean(power[power >= 1e-3 * power.max()]))


def lag(a: np.ndarray, b: np.ndarray) -> int:
    """Samples that b comes after a."""
    size = len(a) + len(b)
    product = np.fft.rfft(b, size) * np.conj(np.fft.rfft(a, size))
    place = int(np.argmax(np.fft.irfft(product, size)))
    return place if place < size // 2 else place - size


@pytest.mark.skipif("MP3" not in soundfile.available_formats(), reason="libsndfile without MP3")
@pytest.mark.parametrize("count", [30000, 31999])
@pytest.mark.parametrize(
    "codec",
    [lambda s: mp3(s, 0.75), lambda s: mp3(s, 0.86), lambda s: mp3(s, 0.95),
     lambda s: opus(s, 0.9), lambda s: opus(s, 1.0), gsm],
)  # fmt: skip
def test_codec_keeps_time_and_length(speech, codec, count):
    coded = codec(speech[:count])
    assert len(coded) == count
    assert abs(lag(speech[:count], coded)) <= 1
    assert np.isfinite(codec(np.zeros(count, np.float32))).all()


@pytest.mark.parametrize("seed", range(5))
def test_room_keeps_direct_sound(speech, seed):
    response = room_response(seeded(seed))
    assert response[0] == 1.0
    assert np.sum(response[1:] ** 2) <= 10**-0.2 + 1e-6
    echoed = reverberate(speech, seeded(seed))
    assert (len(echoed), lag(speech, echoed)) == (len(speech), 0)


@pytest.mark.parametrize("seed", range(6))
def test_telephone_ends_below_4_khz(seed):
    line = telephone(seeded(0).standard_normal(2 * RATE), seeded(seed))
    power = np.abs(np.fft.rfft(line)) ** 2
    assert power[int(4300 / RATE * len(line)) :].sum() < 0.02 * power.sum()


def test_warping_moves_formant_by_factor():
    centres = mel_filters(CONFIG).argmax(0) * RATE / CONFIG.fft
    mel = -(((centres - 1500) / 300) ** 2)[None].astype(np.float32)
    for factor in (0.85, 1.25):
        peak = centres[np.argmax(warp_formants(mel, CONFIG, factor))]
        assert peak == pytest.approx(1500 * factor, rel=0.08)
    np.testing.assert_allclose(warp_formants(mel, CONFIG, 1.0), mel, atol=1e-5)


def test_masked_bands_are_constant_and_few():
    mel = seeded(0).normal(size=(100, 40)).astype(np.float32)
    masked = [mask_bands(mel, seeded(seed)) for seed in range(60)]
    hidden = [np.flatnonzero(result.std(0) < 1e-6) for result in masked]
    assert min(len(bands) for bands in hidden) == 0
    assert 3 < max(len(bands) for bands in hidden) <= 14
    for result, bands in zip(masked, hidden, strict=True):
        kept = np.setdiff1d(np.arange(40), bands)
        assert np.array_equal(result[:, kept], mel[:, kept])


def test_conditions_repeat_with_seed(speech):
    for seed in range(4):
        first, again = (vary_waveform(speech, around(speech), seeded(seed)) for _ in range(2))
        np.testing.assert_array_equal(first, again)
        assert (first.dtype, first.shape) == (np.float32, speech.shape)


@pytest.mark.parametrize("decibels", [-3.0, 0.0, 10.0, 25.0])
@pytest.mark.parametrize("gain", [0.01, 1.0])
def test_mixed_sound_lies_as_far_below_as_asked(speech, decibels, gain):
    other = gain * np.roll(speech, 9000)[::-1]
    level = 10 ** (loudness(speech) / 20)
    below = mixed(speech, other, level, decibels) - speech
    assert loudness(speech) - loudness(below) == pytest.approx(decibels, abs=0.1)


def test_background_keeps_the_near_voice_in_front(speech, monkeypatch):
    """Each kind of background at its distance, as often as meant, before lines and levels."""
    found: list[tuple[float, float]] = []

    def noted(sound, other, level, decibels):
        found.append((loudness(speech) - 20 * np.log10(level), decibels))
        return mixed(sound, other, level, decibels)

    monkeypatch.setattr("tools.train.augmentation.mixed", noted)
    for seed in range(150):
        vary_waveform(speech, around(speech), seeded(seed))
    offsets, decibels = np.array(found).T
    assert np.abs(offsets).max() < 0.01  # against the clean voice's own level
    assert 0 <= decibels.min() < 2 < 25 < decibels.max() <= 30
    assert 0.95 < len(found) / 150 < 1.35  # .60 noise + .43 voices or music + .12 recorded noise


def test_voices_are_of_different_people(speech):
    asked = []

    def voices(number, count, rng):
        asked.append(number)
        return [np.roll(speech, int(rng.integers(count))) for _ in range(number)]

    surroundings = Surroundings([], [], voices)
    for seed in range(100):
        vary_waveform(speech, surroundings, seeded(seed))
    babble = [number for number in asked if number > 1]
    assert set(babble) <= set(range(3, 9))
    assert 12 < len(babble) < 40
    assert 2 < asked.count(1) < 22


@pytest.mark.parametrize("ratio", [0.6, 0.8, 1.0, 1.25, 1.6])
def test_stretched_voice_keeps_pitch_and_places(speech, ratio):
    count = round(len(speech) / ratio)
    slow = stretch(speech, count)
    assert len(slow) == count

    def pitch(sound):
        spectrum = np.abs(np.fft.rfft(sound, 4 * RATE))
        band = slice(4 * 90, 4 * 150)
        return (band.start + np.argmax(spectrum[band])) / 4

    assert pitch(slow) == pytest.approx(120, abs=2)
    envelopes = []
    for sound in (speech, slow):
        power = np.convolve(sound**2, np.ones(400), "same")
        envelopes.append(np.interp(np.linspace(0, 1, 800), np.linspace(0, 1, len(sound)), power))
    assert np.corrcoef(*envelopes)[0, 1] > 0.9
    if ratio == 1.0:
        assert abs(lag(speech, slow)) <= 1


def test_changed_pitch_leaves_formants_to_chance_alone():
    """What a change of pitch did to the formants is undone before another throat is drawn."""
    centres = mel_filters(CONFIG).argmax(0) * RATE / CONFIG.fft
    peaks = []
    for seed in range(80):
        mel = -(((centres - 1500 * 1.3) / 300) ** 2)[None].astype(np.float32)
        varied = vary_log_mel(mel, CONFIG, seeded(seed), raised=1.3)
        peaks.append(centres[np.argmax(varied)] / 1500)
    assert np.median(peaks) == pytest.approx(1.0, abs=0.08)
    assert min(peaks) < 0.92
    assert max(peaks) > 1.12


def test_short_noise_repeats_and_has_unit_power():
    noise = seeded(1).standard_normal(1000)
    sound = recorded_noise([noise], 5000, seeded(2))
    np.testing.assert_allclose(sound[:1000], sound[1000:2000])
    assert np.std(sound) == pytest.approx(1.0)


def test_silence_stays_finite():
    silent = np.zeros(2 * RATE, np.float32)
    for seed in range(12):
        assert np.isfinite(vary_waveform(silent, around(silent), seeded(seed))).all()
    mel = np.full((20, CONFIG.mels), np.log(CONFIG.floor), np.float32)
    assert np.isfinite(vary_log_mel(mel, CONFIG, seeded(0))).all()


@pytest.mark.parametrize("kind", sorted(set(KINDS), key=lambda kind: kind.__name__))
def test_nonspeech_has_unit_power(kind):
    for seed in range(3):
        sound = kind(RATE, seeded(seed))
        assert sound.shape == (RATE,)
        assert np.std(sound) == pytest.approx(1.0, abs=0.01)


def test_nonspeech_is_seeded_and_never_loud():
    sounds = [no_speech(RATE, seeded(seed)) for seed in range(12)]
    np.testing.assert_array_equal(sounds[3], no_speech(RATE, seeded(3)))
    assert max(np.std(sound) for sound in sounds) <= 10 ** (-12 / 20) + 1e-3
    assert any(not no_speech(80, seeded(seed)).any() for seed in range(40))
