"""Decoding: ranges, channels, rates, packed bytes, and life without the wheels."""

import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile

from model import audio_file, resampling
from model.audio_file import audio_blocks, read_audio, to_mono_16k
from model.errors import AudioError
from model.framing import SAMPLE_RATE


def tone(seconds: float, rate: int, hertz: float = 440.0) -> np.ndarray:
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


@pytest.mark.parametrize("suffix", ["wav", "flac", "ogg", "mp3"])
def test_read_audio_reads_common_formats(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"tone.{suffix}"
    soundfile.write(path, np.stack([tone(1, 44100)] * 2, 1), 44100)
    samples = read_audio(path)
    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(SAMPLE_RATE, abs=SAMPLE_RATE * 0.06)  # MP3 pads
    spectrum = np.abs(np.fft.rfft(samples[4000:12000]))
    assert np.argmax(spectrum) * SAMPLE_RATE / 8000 == pytest.approx(440, abs=2)
    assert read_audio(path.read_bytes()) == pytest.approx(samples)


def test_read_audio_cuts_the_range(tmp_path: Path) -> None:
    ramp = np.linspace(-0.5, 0.5, 32000).astype(np.float32)
    path = tmp_path / "ramp.wav"
    soundfile.write(path, ramp, 16000, subtype="FLOAT")
    assert read_audio(path, 0.5, 0.25) == pytest.approx(ramp[8000:12000])
    assert len(read_audio(path, 1.9, 5.0)) == 1600
    assert len(read_audio(path, 9.0)) == 0


def test_read_audio_averages_channels(tmp_path: Path) -> None:
    path = tmp_path / "stereo.wav"
    soundfile.write(path, np.tile([0.8, 0.4], (1600, 1)), 16000, subtype="FLOAT")
    assert read_audio(path) == pytest.approx(np.full(1600, 0.6), abs=1e-6)


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_read_audio_without_wheels_reads_pcm(tmp_path: Path, monkeypatch, width: int) -> None:
    path = tmp_path / "pcm.wav"
    signal = tone(0.5, 22050)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, width, 22050, 0, "NONE", ""))
        scaled = np.round(signal * (2 ** (8 * width - 1) - 1)).astype(np.int64)
        scaled += 128 if width == 1 else 0
        octets = scaled.astype("<i8").view(np.uint8).reshape(-1, 8)[:, :width]
        file.writeframes(octets.tobytes())
    with_wheels = read_audio(path)
    for module in (audio_file, resampling):
        monkeypatch.setattr(module, "optional_import", lambda name: None)
    alone = read_audio(path)
    assert len(alone) == len(with_wheels)
    assert alone[200:-200] == pytest.approx(with_wheels[200:-200], abs=0.005)


def test_read_audio_without_wheels_refuses_other_formats(tmp_path: Path, monkeypatch) -> None:
    path = tmp_path / "tone.flac"
    soundfile.write(path, tone(0.2, 16000), 16000)
    monkeypatch.setattr(audio_file, "optional_import", lambda name: None)
    with pytest.raises(AudioError, match="convert it to 16-bit PCM WAV"):
        read_audio(path)


@pytest.mark.parametrize("rate", [8000, 11025, 22050, 44100, 48000, 96000])
def test_sinc_resample_keeps_tones_and_stops_aliases(rate: int) -> None:
    kept = resampling.sinc_resample(tone(1, rate, 1000), rate, 16000)
    assert kept[500:-500] == pytest.approx(tone(1, 16000, 1000)[500:-500], abs=2e-3)
    if rate > 32000:
        alias = resampling.sinc_resample(tone(1, rate, 12000), rate, 16000)
        assert np.abs(alias[500:-500]).max() < 2e-3


def test_to_mono_16k_resamples_arrays() -> None:
    mono = to_mono_16k(np.stack([tone(1, 48000)] * 2, 1).astype(np.float32), 48000)
    assert mono[500:-500] == pytest.approx(tone(1, 16000)[500:-500], abs=2e-3)


@pytest.mark.parametrize("rate", [8000, 44100, 48000])
def test_sinc_resampler_in_pieces_equals_the_whole(monkeypatch, rate: int) -> None:
    monkeypatch.setattr(resampling, "optional_import", lambda _name: None)
    monkeypatch.setattr(resampling, "_PIECE", 2000)
    samples = np.random.default_rng(0).random(15_011, np.float32)
    blocks = np.split(samples, [0, 17, 6000, 6001, 12_000])
    made = list(resampling.resample(blocks, rate, 16000))
    whole = resampling.sinc_resample(samples, rate, 16000)
    assert len(made) > 3
    assert np.concatenate(made) == pytest.approx(whole, abs=1e-6)


def test_audio_blocks_are_short_pieces_of_the_whole(tmp_path: Path) -> None:
    samples = tone(20, 44100)
    soundfile.write(tmp_path / "long.wav", samples, 44100)
    blocks = list(audio_blocks(tmp_path / "long.wav", 1.0, 18.5))
    assert max(len(block) for block in blocks) < 7 * 16000
    assert np.array_equal(np.concatenate(blocks), read_audio(tmp_path / "long.wav", 1.0, 18.5))


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 48000, 96000])
def test_stream_resampler_equals_the_whole(rate: int) -> None:
    rng = np.random.default_rng(rate)
    samples = rng.normal(0, 0.1, 6000).astype(np.float32)
    stream = resampling.StreamResampler(rate, 16000)
    cuts = np.cumsum(rng.choice([0, 1, 2, 7, 160, 700], 3000))
    received, made = 0, []
    for piece in np.split(samples, cuts[cuts < len(samples)]):
        made.append(stream.push(piece))
        received += len(piece)
        given = sum(map(len, made))
        assert received / rate - given / 16000 <= stream.delay + 1e-9
    tail = np.zeros(round(stream.delay * rate), np.float32)
    whole = resampling.sinc_resample(samples, rate, 16000)
    assert np.allclose(np.concatenate([*made, stream.push(tail)])[: len(whole)], whole, atol=1e-6)
    assert len(stream._held) <= 2 * 32 * max(rate / 16000, 1) + 1
