"""The cache on disk, the command that makes it, and the measure of label timing."""

import json
from dataclasses import replace

import numpy as np
import pytest
import soundfile

from tools.data.__main__ import main
from tools.data.cache import CacheError, Recording, curve_rows, load, write_corpus
from tools.data.phones import Phone
from tools.data.timing import measure

RATE = 16000


def recording(name: str, samples: np.ndarray, split: str = "train", phones=None) -> Recording:
    return Recording(name, samples, "anna", "en-us", "f", phones, split, "hello")


def test_corpus_is_read_as_written(tmp_path):
    rng = np.random.default_rng(0)
    first, second = (rng.uniform(-1.5, 1.5, n).astype(np.float32) for n in (1000, 1501))
    phones = [Phone("m", 0.0, 0.03), Phone("ɑ", 0.03, 0.0625)]
    write_corpus(
        tmp_path / "toy", [recording("a", first, phones=phones), recording("b", second, "test")]
    )
    a, b = load(tmp_path)
    assert (a.corpus, a.id, a.phones, a.split) == ("toy", "a", phones, "train")
    assert (b.offset, b.length, b.phones) == (1000, 1501, None)
    assert b.samples().dtype == np.float32
    np.testing.assert_allclose(b.samples(), np.clip(second, -1, 1), atol=1e-4)
    assert [u.id for u in load(tmp_path, split="test")] == ["b"]


def test_missing_or_cut_corpus_is_named(tmp_path):
    write_corpus(tmp_path / "toy", [recording("a", np.zeros(10))])
    with pytest.raises(CacheError, match="other"):
        load(tmp_path, ["other"])
    with pytest.raises(CacheError, match="no corpus"):
        load(tmp_path / "nowhere")
    (tmp_path / "toy" / "audio.i16").write_bytes(b"\0\0")
    with pytest.raises(CacheError, match="beyond the end"):
        load(tmp_path)


def with_curves(name: str, length: int, rng: np.random.Generator) -> Recording:
    curves = rng.random((curve_rows(length), 52)).astype(np.float32)
    curves[0] = np.nan
    return Recording(name, np.zeros(length), "anna", "en-us", "f", None, "train", curves=curves)


def test_curves_are_read_as_written(tmp_path):
    rng = np.random.default_rng(2)
    written = [with_curves("a", 1601, rng), with_curves("b", 320, rng), with_curves("c", 1, rng)]
    direct = write_corpus(tmp_path / "toy", written)
    for recording_, *utterances in zip(written, load(tmp_path), direct, strict=True):
        for utterance in utterances:
            assert utterance.curves().dtype == np.float32
            np.testing.assert_allclose(utterance.curves(), recording_.curves, atol=1e-3)


def test_corpus_without_curves_removes_the_old(tmp_path):
    write_corpus(tmp_path / "toy", [with_curves("a", 320, np.random.default_rng(3))])
    write_corpus(tmp_path / "toy", [recording("a", np.zeros(320))])
    assert load(tmp_path)[0].curves() is None
    assert sorted(p.name for p in (tmp_path / "toy").iterdir()) == ["audio.i16", "index.jsonl"]


def test_curves_of_a_wrong_shape_are_refused(tmp_path):
    whole = with_curves("a", 320, np.random.default_rng(4))
    with pytest.raises(CacheError, match="or none"):
        write_corpus(tmp_path / "toy", [whole, recording("b", np.zeros(10))])
    short = replace(whole, curves=whole.curves[:1])
    with pytest.raises(CacheError, match=r"a: its curves must be \(2, 52\)"):
        write_corpus(tmp_path / "toy", [short])
    write_corpus(tmp_path / "toy", [whole])
    (tmp_path / "toy" / "curves.f16").write_bytes(b"\0\0")
    with pytest.raises(CacheError, match="does not fit"):
        load(tmp_path)


def test_timing_finds_a_constant_offset(tmp_path):
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


def write_index(root, folder: str, *rows: dict) -> None:
    (root / folder).mkdir(parents=True, exist_ok=True)
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (root / folder / "index.jsonl").write_text(lines, encoding="utf-8")


@pytest.fixture
def kathleen(tmp_path):
    """A data root with one recording of kathleen_en, whose M is stretched over the silence."""
    root = tmp_path / "root"
    phones = [["M", 0.0, 0.7], ["AY", 0.7, 1.493]]
    row = {"id": "a", "file": "a.wav", "text": "my\u2028my", "phones": phones}
    write_index(root, "speech/kathleen_en", row)
    samples = np.concatenate([np.zeros(8000), 0.3 * np.sin(np.arange(16000) * 0.08)])
    soundfile.write(root / "speech/kathleen_en/a.wav", samples, RATE)
    return root


def make(root, cache, *options: str) -> int:
    return main(["--corpora", str(root), "--out", str(cache), *options])


def test_command_labels_a_corpus_from_its_index(kathleen, tmp_path, capsys):
    assert make(kathleen, tmp_path / "cache", "--only", "kathleen_en") == 0
    (utterance,) = load(tmp_path / "cache")
    assert (utterance.speaker, utterance.lang, utterance.length) == ("kathleen", "en-us", 24000)
    assert utterance.text == "my\u2028my"
    assert [p.ipa for p in utterance.phones] == ["sil", "m", "a", "ɪ"]
    assert utterance.phones[1].start == pytest.approx(0.47, abs=0.011)
    assert utterance.phones[-1].end == 1.5
    assert capsys.readouterr().out.startswith("kathleen_en: 1 utterances")


def test_one_missing_corpus_does_not_throw_the_rest_away(kathleen, tmp_path, capsys):
    unknown = {"id": "x", "file": "../kathleen_en/a.wav", "text": "x",
               "phones": [["XX", 0.0, 1.0]]}  # fmt: skip
    gone = {"id": "y", "file": "y.wav", "text": "y", "phones": [["e", 0.0, 1.0]]}
    write_index(kathleen, "speech/nathalie_nl", unknown, gone)
    names = ["grid_s1", "nathalie_nl", "sounds", "background_speech", "kathleen_en"]
    assert make(kathleen, tmp_path / "cache", "--only", *names) == 1
    assert [(u.corpus, u.id) for u in load(tmp_path / "cache")] == [
        ("kathleen_en", "a"), ("nathalie_nl", "x")
    ]  # fmt: skip
    assert load(tmp_path / "cache", ["nathalie_nl"])[0].phones is None
    err = capsys.readouterr().err
    for name in ("grid_s1", "nathalie_nl: x", "y.wav", "'XX'", "esc10_noise", "ami_meeting_en"):
        assert name in err


def test_only_what_changed_is_made_again(kathleen, tmp_path, capsys):
    cache = tmp_path / "cache"
    name = ["--only", "kathleen_en"]

    def made(*options: str) -> bool:
        assert make(kathleen, cache, *name, *options) == 0
        return "up to date" not in capsys.readouterr().out

    assert made()
    assert not made()
    assert made("--again")
    row = {"id": "a", "file": "a.wav", "text": "other", "phones": None}
    write_index(kathleen, "speech/kathleen_en", row)
    assert made()
    assert not made()
    soundfile.write(kathleen / "speech/kathleen_en/a.wav", np.zeros(999), RATE)
    assert made()


def test_corpus_with_something_missing_is_made_again(kathleen, tmp_path, capsys):
    cache = tmp_path / "cache"
    assert make(kathleen, cache, "--only", "kathleen_en") == 0
    sound = kathleen / "speech/kathleen_en/a.wav"
    whole = sound.read_bytes()
    sound.write_bytes(b"")
    assert make(kathleen, cache, "--only", "kathleen_en") == 1
    assert make(kathleen, cache, "--only", "kathleen_en") == 1
    sound.write_bytes(whole)
    assert make(kathleen, cache, "--only", "kathleen_en") == 0
    assert "up to date" not in capsys.readouterr().out
