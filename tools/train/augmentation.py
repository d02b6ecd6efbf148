"""Random conditions for training crops: rooms, noise, voices, music, lines, codecs, microphones.

Everything keeps its length and its time: a sound that moved would no longer fit its curves.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import soundfile
from scipy.signal import fftconvolve, resample

from model.features import SAMPLE_RATE, FeatureConfig

from .nonspeech import coloured_noise, music, recorded_noise, swell
from .room_acoustics import reverberate

# An MP3 starts with 576 samples of the encoder's and 529 of the decoder's delay. Decoders learn of
# them from LAME's tag, for which low bit rates have no room.
_MP3_DELAY = 1105
_LINE_RATE = 8000
_WIDEST_MASK = 7  # of 40 mels
_MASK_SHARE = 0.35


@dataclass(frozen=True)
class Surroundings:
    """What can be heard beside a voice.

    Attributes:
        noises: recorded noises, each [N] at 16 kHz; may be none.
        rooms: impulse responses of real rooms, each [M] from its direct sound on; may be none.
        voices: ``voices(number, count, rng)`` gives so many different people's speech, each
            [count].
    """

    noises: Sequence[np.ndarray]
    rooms: Sequence[np.ndarray]
    voices: Callable[[int, int, np.random.Generator], list[np.ndarray]]


def vary_waveform(speech: np.ndarray, around: Surroundings, rng: np.random.Generator) -> np.ndarray:
    """A speech crop [N] under random conditions.

    Noise and music lie 0 to 30 dB below the speech, babble 0 to 25 dB, another voice 8 to 25 dB.
    """
    result, count = speech, len(speech)
    if rng.random() < 0.3:
        result = _in_a_room(result, around.rooms, rng)
    loudness = _loudness(speech)
    if rng.random() < 0.6:
        noise = coloured_noise(count, rng)
        if rng.random() < 0.3:
            noise = noise * swell(count, rng, most=6, power=2)
        result = mixed(result, noise, loudness, _noise_decibels(rng))
    background = rng.random()
    if background < 0.25:
        voices = around.voices(int(rng.integers(3, 9)), count, rng)
        babble = sum((_level(voice, rng.uniform(0.4, 1.0)) for voice in voices), np.zeros(count))
        if rng.random() < 0.3:
            babble = _in_a_room(babble, around.rooms, rng)
        result = mixed(result, babble, loudness, rng.uniform(0, 25))
    elif background < 0.35:
        (voice,) = around.voices(1, count, rng)
        if rng.random() < 0.5:
            voice = _in_a_room(voice, around.rooms, rng)
        result = mixed(result, voice, loudness, rng.uniform(8, 25))
    elif background < 0.43:
        result = mixed(result, music(count, rng), loudness, rng.uniform(0, 30))
    if around.noises and rng.random() < 0.12:
        noise = recorded_noise(around.noises, count, rng)
        result = mixed(result, noise, loudness, _noise_decibels(rng))
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


def mixed(sound: np.ndarray, other: np.ndarray, loudness: float, decibels: float) -> np.ndarray:
    """``sound`` [N] with ``other`` [N] so many decibels below a loudness; both without pauses."""
    return sound + _level(other, loudness * 10 ** (-decibels / 20))


def _level(sound: np.ndarray, loudness: float) -> np.ndarray:
    return sound * (loudness / (_loudness(sound) + 1e-9))


def _noise_decibels(rng: np.random.Generator) -> float:
    return rng.uniform(2, 25) if rng.random() < 0.8 else rng.uniform(0, 30)


def _in_a_room(
    sound: np.ndarray, rooms: Sequence[np.ndarray], rng: np.random.Generator
) -> np.ndarray:
    if rooms and rng.random() < 0.5:
        room = rooms[rng.integers(len(rooms))]
        return fftconvolve(sound, room / (np.abs(room).max() + 1e-9))[: len(sound)]
    return reverberate(sound, rng)


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


def vary_log_mel(
    mel: np.ndarray, config: FeatureConfig, rng: np.random.Generator, raised: float = 1.0
) -> np.ndarray:
    """Log mel energies [T, M] of another vocal tract through a random microphone (tilt, ripple).

    ``raised`` is the factor by which a change of pitch moved the formants as well; it is undone.
    """
    factor = 1.0 / raised
    if rng.random() < 0.7:
        factor *= float(np.exp(rng.uniform(np.log(0.82), np.log(1.28))))
    if factor != 1.0:
        mel = warp_formants(mel, config, factor)
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
