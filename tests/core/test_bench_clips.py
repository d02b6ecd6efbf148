"""The bench's sounds: as long as asked, never one block again and again."""

from pathlib import Path

import numpy as np
import soundfile

from tools.bench.clips import RATE, write_clip


def test_a_clip_is_as_an_artist_has_it(tmp_path: Path) -> None:
    samples, rate = soundfile.read(str(write_clip(tmp_path / "clip.wav", 20.5)))
    assert rate == RATE == 48000
    assert samples.shape == (round(20.5 * RATE), 2)
    assert 0.1 < np.abs(samples).max() < 1.0
    assert (np.abs(samples).reshape(-1, RATE // 2, 2).max(axis=(1, 2)) > 0).all()


def test_no_stretch_is_said_twice(tmp_path: Path) -> None:
    samples, _ = soundfile.read(str(write_clip(tmp_path / "clip.wav", 30.0)))
    energy = (samples[:, 0] ** 2).reshape(-1, RATE // 50).mean(axis=1)
    energy -= energy.mean()
    whole = np.correlate(energy, energy, "full")[len(energy) - 1 :] / (energy @ energy)
    assert whole[50:].max() < 0.6


def test_the_same_seed_gives_the_same_clip(tmp_path: Path) -> None:
    first, second, other = (
        write_clip(tmp_path / f"{i}.wav", 2.0, seed).read_bytes()
        for i, seed in enumerate((1, 1, 2))
    )
    assert first == second != other
