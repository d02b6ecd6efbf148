"""The cache on disk, and the measure of label timing."""

import numpy as np
import pytest

from tools.data.cache import CacheError, Recording, load, write_corpus
from tools.data.phones import Phone
from tools.data.timing import measure

RATE = 16000


def recording(name: str, samples: np.ndarray, split: str = "train", phones=None) -> Recording:
    return Recording(name, samples, "anna", "en-us", "f", phones, split, "hello")


def test_what_is_written_is_read(tmp_path):
    rng = np.random.default_rng(0)
    first, second = (rng.uniform(-0.9, 0.9, n).astype(np.float32) for n in (1000, 1501))
    phones = [Phone("m", 0.0, 0.03), Phone("ɑ", 0.03, 0.0625, 1)]
    write_corpus(
        tmp_path / "toy", [recording("a", first, phones=phones), recording("b", second, "test")]
    )
    a, b = load(tmp_path)
    assert (a.corpus, a.id, a.phones, a.split) == ("toy", "a", phones, "train")
    assert (b.offset, b.length, b.phones) == (1000, 1501, None)
    assert b.samples().dtype == np.float32
    np.testing.assert_allclose(b.samples(), second, atol=1e-4)
    assert [u.id for u in load(tmp_path, split="test")] == ["b"]


def test_samples_beyond_full_scale_are_clipped(tmp_path):
    write_corpus(tmp_path / "toy", [recording("a", np.array([2.0, -2.0], np.float32))])
    np.testing.assert_allclose(load(tmp_path)[0].samples(), [1.0, -1.0], atol=1e-4)


def test_missing_corpus_is_named(tmp_path):
    write_corpus(tmp_path / "toy", [recording("a", np.zeros(10))])
    with pytest.raises(CacheError, match="other"):
        load(tmp_path, ["other"])
    with pytest.raises(CacheError, match="no corpus"):
        load(tmp_path / "nowhere")


def test_cut_audio_is_noticed(tmp_path):
    write_corpus(tmp_path / "toy", [recording("a", np.zeros(10))])
    (tmp_path / "toy" / "audio.i16").write_bytes(b"\0\0")
    with pytest.raises(CacheError, match="beyond the end"):
        load(tmp_path)


def test_measure_finds_a_constant_offset(tmp_path):
    rng = np.random.default_rng(1)
    bounds = np.cumsum(rng.uniform(0.08, 0.25, 60))
    names = ["ɑ", "p"] * 30
    late = 0.03
    samples = 1e-4 * rng.standard_normal(round((bounds[-1] + 0.2) * RATE))
    phones = []
    for name, start, end in zip(names, bounds, bounds[1:], strict=False):
        phones.append(Phone(name, start, end))
        a, b = round((start + late) * RATE), round((end + late) * RATE)
        if name == "ɑ":
            samples[a:b] += 0.2 * np.sin(np.arange(b - a) * 0.1)
    write_corpus(tmp_path / "toy", [recording("a", samples, phones=phones)])
    # The stops here have no burst, which pulls the estimate a little.
    assert measure(load(tmp_path)).offset == pytest.approx(late, abs=0.012)
