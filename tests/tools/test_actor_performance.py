"""From captured frames to a corpus: gaps, lag and drift, rest and range, closures, the command."""

from pathlib import Path

import numpy as np
import pytest

from model.audio_file import read_audio
from model.channels import ARKIT_52
from model.curves import Curves
from model.runtime import choose_runtime
from tools.actor.__main__ import main
from tools.actor.alignment import align, best_lag, to_rows
from tools.actor.channels import apply_calibration, calibrate
from tools.actor.performance import cut, hold_out
from tools.data.cache import load

SPEECH = Path(__file__).parents[1] / "data" / "surprise.flac"
JAW, CLOSE, BLINK, SMILE, PUFF, LOWER = (
    ARKIT_52.index(name)
    for name in ("jawOpen", "mouthClose", "eyeBlinkLeft", "mouthSmileLeft", "cheekPuff",
                 "mouthLowerDownLeft")
)  # fmt: skip


def opening(rows: int, seed: int = 0) -> np.ndarray:
    """A mouth that opens and shuts about four times a second."""
    noise = np.random.default_rng(seed).standard_normal(rows + 60)
    return np.convolve(noise, np.hanning(25), "same")[30 : rows + 30]


def test_only_short_gaps_are_bridged():
    times = np.arange(100) / 50
    values = np.stack([times, times], 1)
    values[20:23, 0] = np.nan  # 80 ms between known frames
    values[60:70, 0] = np.nan  # 220 ms
    rows = to_rows(times, values, 198)
    np.testing.assert_allclose(rows[:119, 0], np.arange(119) / 100, atol=1e-6)
    assert np.isnan(rows[119:140, 0]).all()
    assert np.isfinite(rows[:, 1]).all()


@pytest.mark.parametrize("lag", [-0.23, 0.0, 0.018, 0.31])
def test_lag_is_found_to_a_few_milliseconds(lag):
    predicted = opening(3000)
    captured = np.interp(np.arange(3000) / 100 - lag, np.arange(3000) / 100, predicted)
    captured += 0.5 * opening(3000, seed=1)
    captured[500:700] = np.nan
    found = best_lag([(captured, predicted)])
    assert found.lag == pytest.approx(lag, abs=0.006)
    assert found.correlation > 0.8
    assert align(captured, predicted).drift == 0.0
    faceless = best_lag([(np.full(1000, np.nan), predicted[:1000])])
    assert (faceless.lag, np.isnan(faceless.correlation)) == (0.0, True)


def test_drifting_clocks_are_aligned():
    rows = 18000
    predicted, when = opening(rows), np.arange(rows) / 100
    lag, drift = 0.04, 0.001  # 180 ms over three minutes, as 59.94 against 60
    captured = np.interp(when, when + lag + drift * when, predicted)
    found = align(captured, predicted)
    assert found.drift == pytest.approx(drift, rel=0.05)
    assert found.lag == pytest.approx(lag, abs=0.008)
    back = np.interp(when, found.sound_times(when), captured)
    assert np.corrcoef(back[100:-100], predicted[100:-100])[0, 1] > 0.98


def actor(rows: int = 2000) -> tuple[np.ndarray, np.ndarray]:
    """Rows with a rest of 0.1 in jaw and smile, and silence in the first half."""
    values = np.full((rows, 52), np.nan, np.float32)
    silent = np.arange(rows) < rows // 2
    speech = np.clip(opening(rows), 0, None)
    speech = np.where(silent, 0.0, speech / speech.max())
    values[:, JAW] = 0.1 + 0.36 * speech
    values[:, SMILE] = 0.1 + 0.4 * speech
    values[:, [CLOSE, LOWER]] = 0.4 * speech[:, None]
    values[:, PUFF] = 0.001
    values[:, BLINK] = 0.15 + 0.8 * (np.arange(rows) % 300 < 15)
    return values, silent


def test_rest_is_subtracted_and_dead_channels_are_unknown():
    values, silent = actor()
    calibration = calibrate([values], [silent], scores=False)
    result = apply_calibration(values, None, calibration)
    assert np.abs(result[silent][:, [JAW, SMILE]]).max() < 1e-6
    assert result[:, JAW].max() == pytest.approx(0.4, abs=1e-3)  # 0.36 of the 0.9 that are left
    assert np.isnan(result[:, [PUFF, BLINK]]).all()
    assert calibration.dead[PUFF]
    assert calibration.absent[ARKIT_52.index("tongueOut")]


def test_scores_are_scaled_to_the_peaks_of_speech():
    values, silent = actor()
    result = apply_calibration(values, None, calibrate([values], [silent], scores=True))
    assert np.percentile(result[:, JAW], 99.5) == pytest.approx(0.6, abs=0.01)


def test_lip_gap_restores_closures():
    values, silent = actor()
    gap = np.where(np.arange(2000) % 50 < 10, 0.01, 0.1)
    gap[1990:] = np.nan
    result = apply_calibration(values, gap, calibrate([values], [silent], scores=False))
    sealed, parted = gap < 0.02, gap > 0.05
    np.testing.assert_allclose(result[sealed, CLOSE], result[sealed, JAW])
    assert result[sealed, LOWER].max() == 0.0
    assert result[parted, CLOSE].max() == 0.0
    assert result[parted, LOWER].max() > 0.2
    assert np.isnan(result[1990:, CLOSE]).all()


def test_cuts_are_quiet_and_cover_everything():
    rng = np.random.default_rng(5)
    samples = 0.1 * rng.standard_normal(16000 * 45 + 77)
    for pause in (11.0, 23.5, 34.0):
        samples[round(16000 * pause) : round(16000 * (pause + 0.4))] = 0
    spans = cut(samples)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(samples)
    starts = [start for start, _ in spans[1:]]
    assert [stop for _, stop in spans[:-1]] == starts
    assert all(start % 160 == 0 for start in starts)
    assert np.allclose([s / 16000 for s in starts], [11.2, 23.7, 34.2], atol=0.21)


def test_a_tenth_is_held_out():
    assert hold_out([1] * 20, [False] * 20).count(["test"]) == 2
    first, second = hold_out([12, 8], [False] * 2)
    assert (first + second).count("test") == 2
    assert hold_out([2, 3], [False, True]) == [["train"] * 2, ["test"] * 3]
    assert hold_out([1], [False]) == [["train"]]


@pytest.fixture(scope="module")
def predicted() -> Curves:
    """What the shipped network makes of a real sentence."""
    return choose_runtime("numpy").predict(read_audio(SPEECH))


@pytest.fixture
def take(tmp_path, predicted):
    """The sentence, and those curves 50 ms late, at 60 fps, half a second of them lost."""
    (tmp_path / "take.flac").write_bytes(SPEECH.read_bytes())
    times = np.arange(int(60 * len(predicted.values) / 100)) / 60
    values = np.stack([np.interp(times - 0.05, predicted.times, c) for c in predicted.values.T], 1)
    values[30:60] = np.nan
    np.savez(tmp_path / "take.npz", t=times, bs=values, names=np.array(predicted.names))
    return tmp_path


def test_command_writes_a_corpus_from_a_take(take, predicted, capsys):
    assert main([str(take), "--out", str(take / "cache"), "--name", "anna", "--lang", "en"]) == 0
    (utterance,) = load(take / "cache", ["anna"])
    assert len(utterance.curves()) == len(predicted.values)
    jaw = utterance.curves()[:, ARKIT_52.index("jawOpen")]
    known = np.isfinite(jaw)
    assert 50 < np.isnan(jaw[:150]).sum() < 65  # before the first frame, and the lost half second
    assert np.corrcoef(jaw[known], predicted.column("jawOpen")[known])[0, 1] > 0.98
    out = capsys.readouterr().out
    assert any(f"lag: {lag} to {lag} ms" in out for lag in (49, 50, 51))
    assert "nothing is held out" in out


def test_command_takes_a_given_lag(take, capsys):
    arguments = [str(take / "take.npz"), "--out", str(take / "c"), "--name", "a", "--lag-ms", "20"]
    assert main(arguments) == 0
    assert "lag: 20 ms, not compared" in capsys.readouterr().out


def test_command_refuses_in_one_sentence(take, capsys):
    common = ["--out", str(take / "c"), "--name", "a"]
    assert main([str(take / "other"), *common]) == 1
    assert main([str(take), *common, "--held-out", "nobody"]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert "does not exist" in errors[0]
    assert 'no take "nobody"; there are take' in errors[1]
    assert not (take / "c").exists()
