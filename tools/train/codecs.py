"""Speech through lossy codecs at low bit rates, in time with the original."""

import io

import numpy as np
import soundfile
from scipy.signal import resample

from model.features import SAMPLE_RATE

# What an MP3 starts with when its bit rate leaves no room for LAME's tag, which says so: 576
# samples of the encoder's and 529 of the decoder's delay.
_MP3_DELAY = 1105
_LINE_RATE = 8000


def mp3(sound: np.ndarray, strength: float) -> np.ndarray:
    """``sound`` [N] at 16 kHz as MP3; ``strength`` 0.8 to 0.95 is 42 to 16 kbit/s."""
    decoded = _through(
        sound, SAMPLE_RATE, "MP3", "MPEG_LAYER_III",
        compression_level=strength, bitrate_mode="CONSTANT",
    )  # fmt: skip
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
