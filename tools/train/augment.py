"""Real conditions for training crops: rooms, noise, voices, music, lines, microphones."""

from functools import lru_cache

import numpy as np

from model.features import SAMPLE_RATE, FeatureConfig

from .codecs import gsm, mp3, opus
from .music import music
from .rooms import reverberate
from .sounds import coloured_noise, no_speech

__all__ = ["coloured_noise", "no_speech", "vary_log_mel", "vary_waveform"]


def vary_waveform(speech: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A speech crop [N] under random conditions; ``other`` [N] speaks in the background at times.

    Noise, babble and music lie 0 to 30 dB below the speech, one other voice 8 to 30 dB.
    """
    result = speech
    if rng.random() < 0.3:
        result = reverberate(result, rng)
    loudness = _loudness(speech)
    if rng.random() < 0.4:
        noise = coloured_noise(len(result), rng)
        if rng.random() < 0.3:
            noise = noise * _gusts(len(noise), rng)
        result = result + noise * (loudness * 10 ** (-rng.uniform(0, 30) / 20))
    background = rng.random()
    if background < 0.08:
        result = result + _babble(other, rng) * (loudness * 10 ** (-rng.uniform(0, 30) / 20))
    elif background < 0.14:
        voice = other / (_loudness(other) + 1e-6)
        result = result + voice * (loudness * 10 ** (-rng.uniform(8, 30) / 20))
    elif background < 0.22:
        result = result + music(len(result), rng) * (loudness * 10 ** (-rng.uniform(0, 30) / 20))
    line = rng.random()
    if line < 0.12:
        result = telephone(result, rng)
    elif line < 0.17:
        result = mp3(result, rng.uniform(0.75, 0.95))
    elif line < 0.20:
        result = opus(result, rng.uniform(0.88, 1.0))
    gain = 10 ** (rng.uniform(-30, 6) / 20) if rng.random() < 0.8 else 1.0
    result = result * gain * (0.5 / (np.max(np.abs(result)) + 1e-9))
    if rng.random() < 0.06:
        limit = np.max(np.abs(result)) * rng.uniform(0.2, 0.7)
        result = np.clip(result, -limit, limit)
    if rng.random() < 0.8:  # a recorder's own hiss; synthesizers have none
        result = result + coloured_noise(len(result), rng) * 10 ** (-rng.uniform(50, 85) / 20)
    return result.astype(np.float32)


def telephone(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """``sound`` [N] as it comes out of a line with 8 kHz sampling; the times stay.

    What a line carries begins at 50 to 350 Hz and ends at 3.3 to 3.9 kHz. A third of the lines
    code it by the companding of ITU-T G.711 (mu-law, 8 bits), a third are mobile (GSM 06.10).
    """
    spectrum = np.fft.rfft(sound)
    frequency = np.fft.rfftfreq(len(sound), 1 / SAMPLE_RATE)
    lowest, highest = rng.uniform(50, 350), rng.uniform(3300, 3900)
    spectrum *= 1 / np.sqrt(1 + (lowest / np.maximum(frequency, 1)) ** 8)
    spectrum *= np.clip((highest - frequency) / 100 + 1, 0, 1)
    result = np.fft.irfft(spectrum, len(sound))
    coding = rng.integers(3)
    if coding == 0:
        return gsm(result)
    if coding == 1:
        peak = np.max(np.abs(result)) + 1e-9
        coded = np.sign(result) * np.log1p(255 * np.abs(result) / peak) / np.log(256)
        coded = np.round(coded * 127) / 127
        result = peak * np.sign(coded) * (256 ** np.abs(coded) - 1) / 255
    return result


def vary_log_mel(mel: np.ndarray, config: FeatureConfig, rng: np.random.Generator) -> np.ndarray:
    """Log mel energies [T, M] of another vocal tract through a random microphone (tilt, ripple)."""
    if rng.random() < 0.7:
        mel = warp_formants(mel, config, float(np.exp(rng.uniform(np.log(0.85), np.log(1.25)))))
    place = np.linspace(-1, 1, config.mels, dtype=np.float32)
    colour = rng.normal(0, 1.0) * place + rng.normal(0, 0.6) * np.cos(
        np.pi * (rng.uniform(0.5, 3) * place + rng.uniform(0, 2))
    )
    return np.logaddexp(mel + colour, np.log(config.floor)).astype(np.float32)


def warp_formants(mel: np.ndarray, config: FeatureConfig, factor: float) -> np.ndarray:
    """Log mel energies [T, M] with all frequencies times ``factor``: above 1 a shorter throat.

    The harmonics under the envelope are hardly resolved by the filters, so the pitch stays.
    """
    lower, share = _warped_places(config.low_hz, config.high_hz, config.mels, factor)
    return mel[:, lower] * (1 - share) + mel[:, lower + 1] * share


@lru_cache(maxsize=1)
def _mel_centres(low_hz: float, high_hz: float, mels: int) -> np.ndarray:
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (low_hz, high_hz))
    return 700 * (10 ** (np.linspace(low, high, mels + 2)[1:-1] / 2595) - 1)


def _warped_places(
    low_hz: float, high_hz: float, mels: int, factor: float
) -> tuple[np.ndarray, np.ndarray]:
    centres = _mel_centres(low_hz, high_hz, mels)
    place = np.interp(centres / factor, centres, np.arange(mels))
    lower = np.minimum(place.astype(int), mels - 2)
    return lower, (place - lower).astype(np.float32)


def _loudness(speech: np.ndarray) -> float:
    """Root mean square of the 10 ms frames that are not silent (within 30 dB of the loudest)."""
    step = SAMPLE_RATE // 100
    power = np.mean(speech[: len(speech) // step * step].reshape(-1, step) ** 2, axis=1)
    return float(np.sqrt(np.mean(power[power >= 1e-3 * power.max()]) + 1e-10))


def _babble(voice: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Three to eight voices of unit power, all cut from one: moved in time, some backwards."""
    total = np.zeros(len(voice))
    for _ in range(rng.integers(3, 9)):
        part = np.roll(voice, int(rng.integers(len(voice))))
        total += (part[::-1] if rng.random() < 0.3 else part) * rng.uniform(0.4, 1.0)
    return total / (_loudness(total) + 1e-6)


def _gusts(count: int, rng: np.random.Generator) -> np.ndarray:
    """A level [count] that swells and fades between 0 and 1 a few times a second."""
    points = rng.random(max(int(count / SAMPLE_RATE * rng.uniform(1, 6)), 2)) ** 2
    return np.interp(np.linspace(0, len(points) - 1, count), np.arange(len(points)), points)
