"""Real-world conditions for training crops: gain, rooms, noise, telephones, other voices."""

import numpy as np

from model.audio_features import SAMPLE_RATE, FeatureConfig


def vary_waveform(speech: np.ndarray, other: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A speech crop [N] under random conditions; ``other`` [N] is used as a babble voice."""
    result = speech
    if rng.random() < 0.25:
        result = _reverberate(result, rng)
    power = np.mean(result**2) + 1e-10
    if rng.random() < 0.45:
        noise = coloured_noise(len(result), rng)
        result = result + noise * np.sqrt(power) * 10 ** (-rng.uniform(5, 40) / 20)
    if rng.random() < 0.10:
        babble = other / np.sqrt(np.mean(other**2) + 1e-10)
        result = result + babble * np.sqrt(power) * 10 ** (-rng.uniform(12, 30) / 20)
    gain = 10 ** (rng.uniform(-30, 6) / 20) if rng.random() < 0.8 else 1.0
    peak = np.max(np.abs(result)) + 1e-9
    result = result * gain * (0.5 / peak)
    if rng.random() < 0.05:
        result = np.clip(result, -0.3 * gain, 0.3 * gain)
    if rng.random() < 0.8:  # a recorder's own hiss; synthesizers have none
        result = result + coloured_noise(len(result), rng) * 10 ** (-rng.uniform(50, 85) / 20)
    return result.astype(np.float32)


def vary_log_mel(mel: np.ndarray, config: FeatureConfig, rng: np.random.Generator) -> np.ndarray:
    """Log mel energies [T, M] through a random microphone: tilt, ripple, at times a telephone."""
    place = np.linspace(-1, 1, config.mels, dtype=np.float32)
    colour = rng.normal(0, 0.8) * place + rng.normal(0, 0.5) * np.cos(
        np.pi * (rng.uniform(0.5, 3) * place + rng.uniform(0, 2))
    )
    varied = np.logaddexp(mel + colour, np.log(config.floor)).astype(np.float32)
    if rng.random() < 0.08:
        lowest, highest = rng.integers(2, 6), int(config.mels * rng.uniform(0.62, 0.72))
        quiet = np.log(config.floor) + rng.uniform(0, 3)
        varied[:, :lowest] = np.minimum(varied[:, :lowest], quiet)
        varied[:, highest:] = np.minimum(varied[:, highest:], quiet)
    return varied


def no_speech(count: int, rng: np.random.Generator) -> np.ndarray:
    """Sound [count] that must not move the mouth: silence, noise, hum, breath, tones."""
    kind = rng.integers(5)
    time = np.arange(count) / SAMPLE_RATE
    if kind == 0:
        sound = np.zeros(count)
    elif kind == 1:
        sound = coloured_noise(count, rng)
    elif kind == 2:
        base = rng.choice([50, 60, 100, 120, 440]) * rng.uniform(0.95, 1.05)
        sound = sum(np.sin(2 * np.pi * base * k * time) / k for k in range(1, 6))
    elif kind == 3:  # breath: noise that swells and fades
        sound = coloured_noise(count, rng) * np.clip(
            np.sin(2 * np.pi * rng.uniform(0.2, 0.6) * time + rng.uniform(0, 6)), 0, 1
        )
    else:  # chords with a slow attack
        notes = 110 * 2 ** (rng.integers(0, 36, 4) / 12)
        sound = sum(np.sin(2 * np.pi * note * time + rng.uniform(0, 6)) for note in notes)
        sound = sound * (0.6 + 0.4 * np.sin(2 * np.pi * rng.uniform(0.5, 3) * time))
    level = 10 ** (rng.uniform(-60, -12) / 20)
    sound = sound * level / (np.std(sound) + 1e-9)
    return sound.astype(np.float32)


def coloured_noise(count: int, rng: np.random.Generator) -> np.ndarray:
    """Noise [count] of unit power with a random spectral slope, white to brown."""
    spectrum = np.fft.rfft(rng.standard_normal(count).astype(np.float32))
    frequency = np.maximum(np.arange(len(spectrum)) * SAMPLE_RATE / count, 40.0)
    noise = np.fft.irfft(spectrum * frequency ** -rng.uniform(0, 1.0), count)
    return noise / (np.std(noise) + 1e-9)


def _reverberate(speech: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Convolves with exponentially decaying noise behind a direct path (a diffuse room)."""
    decay = rng.uniform(0.1, 0.6)
    length = int(decay * SAMPLE_RATE)
    tail = rng.standard_normal(length) * 10 ** (-3 * np.arange(length) / length)
    tail *= rng.uniform(0.1, 0.6) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    size = len(speech) + length
    return np.fft.irfft(np.fft.rfft(speech, size) * np.fft.rfft(tail, size), size)[: len(speech)]
