"""Noises and rooms in the training cache."""

import json

import numpy as np
import pytest
import soundfile

from tools.data.cache import CacheError, DataError
from tools.data.sounds import (
    NOISES,
    ROOMS,
    direct_sound,
    load_noises,
    load_rooms,
    load_sounds,
    write_sounds,
)

RATE = 16000


def response(direct: int, later: int, level: float) -> np.ndarray:
    """A response [RATE] with a direct sound and one echo of a level."""
    samples = np.zeros(RATE)
    samples[direct - 3], samples[direct], samples[later] = 0.1, -0.4, 0.4 * level
    return samples


@pytest.fixture
def root(tmp_path):
    """A data root with forty noises and some impulse responses."""
    rng = np.random.default_rng(0)
    noise = np.concatenate([np.zeros(4000), 0.2 * rng.standard_normal(RATE), np.zeros(4000)])
    noises = [{"id": f"n{i}", "class": "rain", "licence": "CC0"} for i in range(40)]
    rooms = [{"id": f"r{i}", "kind": "room", "samples": response(900, 1100, 1.5)}
             for i in range(20)]  # fmt: skip
    rooms += [
        {"id": "telephone", "kind": "device: telephone", "samples": response(9, 20, 0.1)},
        {"id": "twice", "kind": "room", "samples": response(900, 5000, 1.8)},
    ]
    for folder, rows in (("sounds/esc10_noise", noises), ("sounds/rir", rooms)):
        (tmp_path / folder).mkdir(parents=True)
        for row in rows:
            row["file"] = f"{row['id']}.wav"
            samples = np.clip(row.pop("samples", noise), -1, 1)
            soundfile.write(tmp_path / folder / row["file"], samples, RATE, "FLOAT")
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (tmp_path / folder / "index.jsonl").write_text(lines, encoding="utf-8")
    silent = tmp_path / "sounds/esc10_noise/n3.wav"
    soundfile.write(silent, np.zeros(RATE), RATE)
    return tmp_path


def test_sounds_are_split_trimmed_and_normalised(root, tmp_path):
    cache = tmp_path / "cache"
    assert write_sounds(root, cache).startswith("sounds: 39 noises (")
    noises = {split: load_noises(cache, split) for split in ("train", "test")}
    assert len(noises["train"]) + len(noises["test"]) == 39
    assert 1 <= len(noises["test"]) <= 12
    for noise in (*noises["train"], *noises["test"]):
        assert noise.dtype == np.float32
        assert len(noise) == RATE
        assert np.abs(noise).max() == pytest.approx(1)
    names = [sound.id for sound in load_sounds(cache, ROOMS)]
    assert names == [f"r{i}" for i in range(20)]  # no telephone, and nothing said twice
    assert {sound.kind for sound in load_sounds(cache, NOISES)} == {"rain"}


def test_room_does_not_delay_the_speech(root, tmp_path):
    write_sounds(root, tmp_path / "cache")
    rooms = load_rooms(tmp_path / "cache", "train")
    assert rooms
    for room in rooms:
        assert np.abs(room).max() == pytest.approx(1)
        assert abs(room[0]) == pytest.approx(1 / 1.5, abs=0.01)
        assert len(room) == 201


def test_direct_sound_is_the_first_strong_peak_not_the_loudest():
    assert direct_sound(response(900, 1100, 1.5)) == 900
    assert direct_sound(response(900, 1100, 0.2)) == 900


def test_missing_or_cut_sounds_are_named(root, tmp_path):
    with pytest.raises(CacheError, match="no noises"):
        load_noises(tmp_path / "cache", "train")
    with pytest.raises(DataError, match="esc10_noise"):
        write_sounds(tmp_path / "elsewhere", tmp_path / "cache")
    write_sounds(root, tmp_path / "cache")
    (tmp_path / "cache/sounds/rooms.f32").write_bytes(b"\0" * 8)
    with pytest.raises(CacheError, match="beyond the end"):
        load_rooms(tmp_path / "cache", "train")
