"""What becomes of a sound's channels, and of a voice that is too quiet."""

from pathlib import Path

import numpy as np
import pytest

from model.audio_file import channel_blocks, joined, read_audio, to_16k_blocks
from model.errors import ChannelMissingError
from model.runtime import choose_runtime
from model.voice_mix import MEAN, QUIET_DB, RAISED_DB, VoiceMix, voice_mix

RATE = 16000


@pytest.fixture(scope="module")
def voice() -> np.ndarray:
    """Speech [N], peaks at 0.6."""
    samples = read_audio(Path(__file__).parents[2] / "data" / "surprise.flac")
    return (samples / np.abs(samples).max() * 0.6).astype(np.float32)


@pytest.fixture(scope="module")
def other(voice: np.ndarray) -> np.ndarray:
    """Other speech: the same backwards."""
    return voice[::-1].copy()


def heard(samples: np.ndarray, channel: int = 0, rate: int = RATE) -> np.ndarray:
    mix = voice_mix([(rate, block) for block in np.array_split(samples, 7)], channel)
    assert mix is not None
    return mix(samples)


def in_channels(count: int, **channels: np.ndarray) -> np.ndarray:
    samples = np.zeros((len(next(iter(channels.values()))), count), np.float32)
    for name, column in channels.items():
        samples[:, int(name[1:])] = column
    return samples


def decibels(samples: np.ndarray) -> float:
    return 20.0 * np.log10(max(np.abs(samples).max(), 1e-9))


def jaw(samples: np.ndarray) -> np.ndarray:
    curves = choose_runtime("numpy").predict(samples)
    return curves.values[:, curves.names.index("jawOpen")]


def test_usual_sounds_stay_their_mean_bit_for_bit(voice, other) -> None:
    for samples in (
        voice[:, None],
        np.stack([voice, voice], 1),
        np.stack([voice, 0.5 * voice], 1),
        np.stack([voice, other], 1),
        np.stack([voice, np.zeros_like(voice)], 1),
    ):
        assert np.array_equal(heard(samples), samples.mean(axis=1))


@pytest.mark.parametrize("share", [1.0, 0.9, 0.5])
@pytest.mark.parametrize("delay", [0, 16, 80, 200])
@pytest.mark.parametrize("sign", [1, -1])
def test_copies_of_a_voice_do_not_cancel(voice, share: float, delay: int, sign: int) -> None:
    copy = sign * share * np.roll(voice, delay)
    mixed = heard(np.stack([voice, copy], 1))
    assert np.corrcoef(mixed, voice)[0, 1] > 0.99
    assert decibels(mixed) > decibels(voice) - 7.0


def test_voice_in_the_centre_stands_out_of_a_film(voice, other) -> None:
    music = np.random.default_rng(0).normal(0, 0.1, len(voice)).astype(np.float32)
    surround = in_channels(6, c0=music, c1=-music, c2=voice, c3=music, c4=other, c5=music)
    assert np.array_equal(heard(surround), voice)
    alone = in_channels(6, c2=voice)
    assert np.array_equal(heard(alone), voice)
    stereo_in_surround = in_channels(6, c0=voice, c1=voice)
    assert heard(stereo_in_surround) == pytest.approx(voice, abs=1e-6)
    assert heard(in_channels(4, c3=voice)) == pytest.approx(voice, abs=1e-6)


def test_channel_alone_is_heard(voice, other) -> None:
    both = np.stack([voice, other], 1)
    assert np.array_equal(heard(both, 1), voice)
    assert np.array_equal(heard(both, 2), other)
    with pytest.raises(ChannelMissingError, match="has 2 channels and no channel 3: choose"):
        heard(both, 3)
    with pytest.raises(ChannelMissingError, match="has 1 channel and no channel 2"):
        heard(voice[:, None], 2)


@pytest.mark.parametrize("peak_db", [0.0, -10.0, -20.0, -30.0, -34.0])
def test_voice_of_a_usual_level_is_not_changed_by_a_bit(voice, peak_db: float) -> None:
    samples = voice * np.float32(10.0 ** ((peak_db - decibels(voice)) / 20.0))
    assert np.array_equal(heard(samples), samples)


@pytest.mark.parametrize("peak_db", [-45.0, -50.0, -55.0, -60.0, -65.0])
def test_quiet_voice_is_raised_and_moves_the_jaw_as_loud_one_does(voice, peak_db: float) -> None:
    quiet = voice * np.float32(10.0 ** ((peak_db - decibels(voice)) / 20.0))
    quiet = (np.rint(quiet * 32768.0) / 32768.0).astype(np.float32)  # as a WAV of 16 bits
    mixed = heard(quiet)
    assert -25.0 < decibels(mixed) < -5.0
    assert np.corrcoef(jaw(mixed), jaw(voice))[0, 1] > 0.9


def test_loud_voice_after_a_quiet_hour_is_not_raised(voice) -> None:
    quiet = np.tile(voice * np.float32(0.003), 20)
    whole = np.concatenate([quiet, voice])
    assert np.array_equal(heard(whole), whole)


def test_silence_stays_silence() -> None:
    for samples in (np.zeros(RATE, np.float32), np.zeros((RATE, 6), np.float32)):
        assert not heard(samples).any()
    assert voice_mix([]) is None
    rounding = np.random.default_rng(0).integers(-1, 2, RATE).astype(np.float32) / 32768.0
    assert np.array_equal(heard(rounding * np.float32(0.5)), rounding * np.float32(0.5))
    assert RAISED_DB > QUIET_DB


def test_numbers_that_are_none_do_not_spoil_the_mix(voice) -> None:
    broken = np.stack([voice, -voice], 1)
    broken[100], broken[200], broken[300] = np.nan, np.inf, 1e30
    blocks = to_16k_blocks([broken], RATE, voice_mix([(RATE, broken)]) or MEAN)
    assert np.isfinite(joined(blocks)).all()


def test_mix_of_other_channels_falls_back_to_the_mean(voice, other) -> None:
    mix = VoiceMix((1.0, -1.0))
    assert np.array_equal(mix(np.stack([voice] * 3, 1)), np.stack([voice] * 3, 1).mean(axis=1))


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_channels_of_vorbis_are_in_the_order_of_wav(voice, tmp_path: Path, subtype: str) -> None:
    soundfile = pytest.importorskip("soundfile")
    surround = in_channels(6, c1=voice)  # the centre of Vorbis
    soundfile.write(tmp_path / "a.ogg", surround, RATE, format="OGG", subtype=subtype)
    samples = np.concatenate([block for _, block in channel_blocks(tmp_path / "a.ogg")])
    assert samples.std(axis=0).argmax() == 2
