"""Weights: round trip, size, and refusal of anything else."""

from pathlib import Path

import numpy as np
import pytest

from model.errors import WeightsError
from model.network_config import NetworkConfig, array_shapes
from model.weights_file import DEFAULT_WEIGHTS, load_weights, save_weights

SMALL = NetworkConfig(hidden=4, attention=3)


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    return {name: np.full(shape, 0.5, np.float32) for name, shape in array_shapes(SMALL).items()}


def test_round_trip(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    save_weights(tmp_path / "w.npz", SMALL, arrays)
    config, loaded = load_weights(tmp_path / "w.npz")
    assert config == SMALL
    assert loaded.keys() == arrays.keys()


def test_shipped_weights_load_and_are_small() -> None:
    config, _ = load_weights()
    assert len(config.channels) == 52
    assert DEFAULT_WEIGHTS.stat().st_size < 12_000_000


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="does not exist"):
        load_weights(tmp_path / "none.npz")


def test_pickled_objects_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "evil.npz"
    np.savez(path, header=np.array([{"format": 1}], dtype=object))
    with pytest.raises(WeightsError, match="not a weights file"):
        load_weights(path)


def test_another_version_is_told_whatever_its_settings(tmp_path: Path) -> None:
    header = '{"format": 99, "config": {"transformers": true}}'
    np.savez(tmp_path / "w.npz", header=np.array(header))
    with pytest.raises(WeightsError, match="has weights format 99, but format"):
        load_weights(tmp_path / "w.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\x93NUMPY text"])
def test_damaged_file(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "torn.npz"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match="not a weights file"):
        load_weights(path)


def test_plain_npy_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "array.npy", np.zeros(3))
    with pytest.raises(WeightsError, match="not a weights file"):
        load_weights(tmp_path / "array.npy")


def test_wrong_shape_and_values(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    for bad in (np.zeros(3, np.float32), np.full(52, np.nan, np.float32), np.zeros(52, np.int64)):
        with pytest.raises(WeightsError, match=r'"output\.bias"'):
            save_weights(tmp_path / "w.npz", SMALL, arrays | {"output.bias": bad})


def test_missing_array(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    del arrays["attention.score"]
    with pytest.raises(WeightsError, match=r'lacks the array "attention\.score"'):
        save_weights(tmp_path / "w.npz", SMALL, arrays)
