"""``python -m tools.data.actor`` from files to a corpus."""

from pathlib import Path

import numpy as np
import pytest

from model.audio_file import read_audio
from model.channels import ARKIT_52
from model.curves import Curves
from model.runtime import choose_runtime
from tools.data.actor.__main__ import main
from tools.data.cache import load

SPEECH = Path(__file__).parents[1] / "data" / "surprise.flac"


@pytest.fixture(scope="module")
def heard() -> Curves:
    """What the shipped network makes of a real sentence."""
    return choose_runtime("numpy").predict(read_audio(SPEECH))


@pytest.fixture
def take(tmp_path, heard):
    """The sentence, and those curves 50 ms late, at 60 fps, half a second of them lost."""
    (tmp_path / "take.flac").write_bytes(SPEECH.read_bytes())
    times = np.arange(int(60 * len(heard.values) / 100)) / 60
    values = np.stack([np.interp(times - 0.05, heard.times, c) for c in heard.values.T], 1)
    values[30:60] = np.nan
    np.savez(tmp_path / "take.npz", t=times, bs=values, names=np.array(heard.names))
    return tmp_path


def test_a_take_becomes_a_corpus(take, heard, capsys):
    assert main([str(take), "--out", str(take / "cache"), "--name", "anna", "--lang", "en"]) == 0
    (utterance,) = load(take / "cache", ["anna"])
    assert len(utterance.curves()) == len(heard.values)
    jaw = utterance.curves()[:, ARKIT_52.index("jawOpen")]
    known = np.isfinite(jaw)
    assert 50 < np.isnan(jaw[:150]).sum() < 65  # before the first frame, and the lost half second
    assert np.corrcoef(jaw[known], heard.column("jawOpen")[known])[0, 1] > 0.98
    out = capsys.readouterr().out
    assert "lag: 50 to 50 ms" in out or "lag: 49 to 49 ms" in out or "lag: 51 to 51 ms" in out
    assert "nothing is held out" in out


def test_a_given_lag_is_taken(take, capsys):
    arguments = [str(take / "take.npz"), "--out", str(take / "c"), "--name", "a", "--lag-ms", "20"]
    assert main(arguments) == 0
    assert "lag: 20 ms, not compared" in capsys.readouterr().out


def test_refusals_are_one_sentence(take, capsys):
    common = ["--out", str(take / "c"), "--name", "a"]
    assert main([str(take / "other"), *common]) == 1
    assert main([str(take), *common, "--held-out", "nobody"]) == 1
    errors = capsys.readouterr().err.splitlines()
    assert len(errors) == 2
    assert "does not exist" in errors[0]
    assert 'no take "nobody"; there are take' in errors[1]
    assert not (take / "c").exists()
