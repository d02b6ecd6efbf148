"""Random conditions for training crops: rooms, noise, voices, music, lines, codecs, microphones.

Everything keeps its length and its time: a sound that moved would no longer fit its curves.
"""

import io

import numpy as np
import soundfile
from scipy.signal import resample

from model.features import SAMPLE_RATE, FeatureConfig

from .nonspeech import coloured_noise, music, swell
from .room_acoustics import reverberate

# An MP3 starts with 576 samples of the encoder's and 529 of the decoder's delay. Decoders learn of
# them from LAME's tag, for which low bit rates have no room.
_MP3_DELAY = 1105
_LINE_RATE = 8000
_WIDEST_MASK = 7  # of 40 mels
_MASK_SHARE = 0.35


def vary_waveform(speech: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A speech crop [N] under random conditions; ``other`` [N] speaks in the background at times.

    Noise, babble and music lie 0 to 30 dB below the speech, another voice 8 to 30 dB.
    """
    result = speech
    if rng.random() < 0.3:
        result = reverberate(result, rng)
    loudness = _loudness(speech)
    if rng.random() < 0.4:
        noise = coloured_noise(len(result), rng)
        if rng.random() < 0.3:
            noise = noise * swell(len(noise), rng, most=6, power=2)
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

    A line's band begins at 50 to 350 Hz and ends at 3.3 to 3.9 kHz. A third of the lines are coded
    by the companding of ITU-T G.711 (mu-law, 8 bits), a third are mobile (GSM 06.10).
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


def mp3(sound: np.ndarray, strength: float) -> np.ndarray:
    """``sound`` [N] at 16 kHz as MP3; ``strength`` 0.8 to 0.95 is 42 to 16 kbit/s."""
    options = {"compression_level": strength, "bitrate_mode": "CONSTANT"}
    decoded = _through(sound, SAMPLE_RATE, "MP3", "MPEG_LAYER_III", **options)
    if len(decoded) > len(sound):
        decoded = decoded[_MP3_DELAY:]
    return _fitted(decoded, len(sound))


def opus(sound: np.ndarray, strength: float) -> np.ndarray:
    """``sound`` [N] at 16 kHz as Opus; ``strength`` 0.9 to 1 is 32 to 8 kbit/s."""
    decoded = _through(sound, SAMPLE_RATE, "OGG", "OPUS", compression_level=strength)
    return _fitted(decoded, len(sound))


def gsm(sound: np.ndarray) -> np.ndarray:
    """``sound`` [N] at 16 kHz through a GSM 06.10 telephone: 8 kHz, 13 kbit/s."""
    half = resample(sound, (len(sound) + 1) // 2)
    decoded = _fitted(_through(half, _LINE_RATE, "WAV", "GSM610"), len(half))
    return _fitted(resample(decoded, 2 * len(half)), len(sound))


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
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (config.low_hz, config.high_hz))
    mels = np.linspace(low, high, config.mels + 2)[1:-1]
    centres = 700 * (10 ** (mels / 2595) - 1)  # Hz
    place = np.interp(centres / factor, centres, np.arange(config.mels))
    lower = np.minimum(place.astype(int), config.mels - 2)
    share = (place - lower).astype(np.float32)
    return mel[:, lower] * (1 - share) + mel[:, lower + 1] * share


def mask_bands(mel: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Log mel energies [T, M] with up to two random bands held at their mean over the crop.

    No sound can then be recognised by one band alone: frequency masks after D. Park et al.,
    "SpecAugment", Interspeech 2019. Time is not masked, because a gap in the sound is what a
    closure of the lips sounds like.
    """
    masked = mel.copy()
    for _ in range(2):
        if rng.random() < _MASK_SHARE:
            width = int(rng.integers(1, _WIDEST_MASK + 1))
            low = int(rng.integers(0, mel.shape[1] - width))
            masked[:, low : low + width] = masked[:, low : low + width].mean(0)
    return masked


def _loudness(speech: np.ndarray) -> float:
    """Root mean square of the 10 ms frames that are not silent (within 30 dB of the loudest)."""
    step = SAMPLE_RATE // 100
    power = np.mean(speech[: len(speech) // step * step].reshape(-1, step) ** 2, axis=1)
    return float(np.sqrt(np.mean(power[power >= 1e-3 * power.max()]) + 1e-10))


def _babble(voice: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Three to eight voices at unit power: copies of ``voice``, shifted and some reversed."""
    total = np.zeros(len(voice))
    for _ in range(rng.integers(3, 9)):
        part = np.roll(voice, int(rng.integers(len(voice))))
        total += (part[::-1] if rng.random() < 0.3 else part) * rng.uniform(0.4, 1.0)
    return total / (_loudness(total) + 1e-6)


def _through(sound: np.ndarray, rate: int, container: str, codec: str, **options) -> np.ndarray:
    """Encodes and decodes at half of full scale, so that nothing clips."""
    gain = 0.5 / max(float(np.max(np.abs(sound), initial=0.0)), 1e-6)
    file = io.BytesIO()
    soundfile.write(
        file, (sound * gain).astype(np.float32), rate, format=container, subtype=codec, **options
    )
    file.seek(0)
    decoded, _ = soundfile.read(file, dtype="float32")
    return decoded / gain


def _fitted(sound: np.ndarray, count: int) -> np.ndarray:
    """``sound`` cut or padded with silence at its end to [count]."""
    return np.pad(sound[:count], (0, max(0, count - len(sound))))
