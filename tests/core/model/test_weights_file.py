"""Weights: round trip, size, and refusal of anything else."""

import json
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from model import weights_file
from model.errors import WeightsError
from model.network_config import NetworkConfig, array_shapes
from model.runtime import choose_runtime
from model.weights_file import CHECKSUMS, DEFAULT_WEIGHTS, FORMAT, load_weights, save_weights

SMALL = NetworkConfig(hidden=4, attention=3)


@pytest.fixture
def arrays() -> dict[str, np.ndarray]:
    return {name: np.full(shape, 0.5, np.float32) for name, shape in array_shapes(SMALL).items()}


def test_weights_round_trip(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    save_weights(tmp_path / "w.npz", SMALL, arrays)
    config, loaded = load_weights(tmp_path / "w.npz")
    assert config == SMALL
    assert loaded.keys() == arrays.keys()


def test_half_precision_gives_the_same_curves_in_half_the_room(
    tmp_path: Path, speech: np.ndarray
) -> None:
    config, arrays = load_weights()
    rng = np.random.default_rng(0)  # the shipped weights are halved already
    arrays = {
        name: (array * rng.uniform(0.999, 1.001, array.shape)).astype(np.float32)
        for name, array in arrays.items()
    }
    save_weights(tmp_path / "whole.npz", config, arrays)
    save_weights(tmp_path / "half.npz", config, arrays, half=True)
    sizes = [(tmp_path / f"{name}.npz").stat().st_size for name in ("half", "whole")]
    assert sizes[0] < 0.55 * sizes[1]
    _, loaded = load_weights(tmp_path / "half.npz")
    assert {array.dtype for array in loaded.values()} == {np.dtype(np.float32)}
    for name, array in loaded.items():
        assert array.ndim == 2 or np.array_equal(array, arrays[name])
    whole, half = (
        choose_runtime("numpy", path).predict(speech).values
        for path in (tmp_path / "whole.npz", tmp_path / "half.npz")
    )
    assert whole.std(0).max() > 0.1
    np.testing.assert_allclose(half, whole, atol=5e-3)


def test_values_beyond_half_precision_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray]
) -> None:
    arrays["output.weight"][0, 0] = 1e5
    save_weights(tmp_path / "whole.npz", SMALL, arrays)
    with pytest.raises(WeightsError, match=r'"output\.weight" has values beyond 65504'):
        save_weights(tmp_path / "half.npz", SMALL, arrays, half=True)
    assert not (tmp_path / "half.npz").exists()


def test_values_beyond_single_precision_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray]
) -> None:
    arrays["output.weight"] = arrays["output.weight"] * 1e300
    with pytest.raises(WeightsError, match=r'"output\.weight"'):
        load_weights(altered(tmp_path, arrays))


def test_shipped_weights_load_and_are_small() -> None:
    config, _ = load_weights()
    assert len(config.channels) == 52
    assert DEFAULT_WEIGHTS.stat().st_size < 12_000_000


def test_other_format_version_is_named(tmp_path: Path) -> None:
    header = '{"format": 99, "config": {"transformers": true}}'
    np.savez(tmp_path / "w.npz", header=np.array(header))
    with pytest.raises(WeightsError, match="has weights format 99, but format"):
        load_weights(tmp_path / "w.npz")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 torn", b"\x93NUMPY text", [{"format": 2}]])
def test_other_file_is_refused(tmp_path: Path, content: bytes | list) -> None:
    path = tmp_path / "w.npz"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        np.savez(path, header=np.array(content, dtype=object))  # which NumPy pickles
    with pytest.raises(WeightsError, match="not a weights file"):
        load_weights(path)


def test_save_refuses_wrong_shapes_and_values(
    tmp_path: Path, arrays: dict[str, np.ndarray]
) -> None:
    for bad in (np.zeros(3, np.float32), np.full(52, np.nan, np.float32), np.zeros(52, np.int64)):
        with pytest.raises(WeightsError, match=r'"output\.bias"'):
            save_weights(tmp_path / "w.npz", SMALL, arrays | {"output.bias": bad})


def test_save_refuses_a_missing_array(tmp_path: Path, arrays: dict[str, np.ndarray]) -> None:
    del arrays["attention.score"]
    with pytest.raises(WeightsError, match=r'lacks the array "attention\.score"'):
        save_weights(tmp_path / "w.npz", SMALL, arrays)


def altered(folder: Path, arrays: dict[str, np.ndarray], **settings: object) -> Path:
    """A weights file with other settings than its arrays are for."""
    config = SMALL.to_dict()
    config["features"] |= settings.pop("features", {})
    header = json.dumps({"format": FORMAT, "config": config | settings})
    np.savez(folder / "w.npz", header=np.array(header), **arrays)
    return folder / "w.npz"


@pytest.mark.parametrize(
    "settings",
    [
        {"layers": 10**12},
        {"hidden": 10**9},
        {"hidden": "4"},
        {"hidden": 4.0},
        {"block": 0},
        {"attention": True},
        {"bidirectional": 1},
        {"channels": "jawOpen"},
        {"channels": ["jawOpen", "jawOpen"]},
        {"channels": [[]]},
        {"transformers": 3},
        {"features": {"fft": 10**9}},
        {"features": {"floor": float("nan")}},
        {"features": {"low_hz": 9000.0}},
        {"features": {"window": 600}},
        {"features": {"spectrum": "wavelets"}},
    ],
    ids=str,
)
def test_senseless_settings_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray], settings: dict
) -> None:
    with pytest.raises(WeightsError, match="not a weights file of this extension"):
        load_weights(altered(tmp_path, arrays, **settings))


def test_settings_of_another_size_are_refused(
    tmp_path: Path, arrays: dict[str, np.ndarray]
) -> None:
    with pytest.raises(WeightsError, match=r"shape \(16384, 152\), not float32 \(16, 152\)"):
        load_weights(altered(tmp_path, arrays, hidden=4096))


@pytest.fixture
def bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the bundled network, which takes its place."""
    for path in (DEFAULT_WEIGHTS, CHECKSUMS):
        shutil.copyfile(path, tmp_path / path.name)
    monkeypatch.setattr(weights_file, "DEFAULT_WEIGHTS", tmp_path / DEFAULT_WEIGHTS.name)
    monkeypatch.setattr(weights_file, "CHECKSUMS", tmp_path / CHECKSUMS.name)
    return tmp_path / DEFAULT_WEIGHTS.name


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def another_network(path: Path) -> None:
    config, arrays = load_weights(path)
    arrays["output.bias"] += 1.0
    save_weights(path, config, arrays)


@pytest.mark.parametrize(
    "spoil",
    [
        flipped,
        another_network,
        lambda path: path.write_bytes(path.read_bytes()[:1000]),
        lambda path: path.write_bytes(b""),
        Path.unlink,
        lambda path: path.with_name(CHECKSUMS.name).unlink(),
        lambda path: path.with_name(CHECKSUMS.name).write_bytes(b"\xff"),
    ],
)
def test_changed_bundled_network_is_refused(bundle: Path, spoil) -> None:
    spoil(bundle)
    with pytest.raises(WeightsError, match="install the extension again") as refused:
        load_weights(bundle)
    assert "\n" not in str(refused.value)


def test_path_of_no_file_is_refused(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.npz")
    for path, sentence in (
        (tmp_path / "none.npz", "does not exist"),
        (tmp_path, "is a folder"),
        (tmp_path / "pipe.npz", "is a pipe"),
        (tmp_path / ("n" * 300), "cannot be opened"),
        (tmp_path / "a\0b.npz", "has a name that no file has"),
    ):
        with pytest.raises(WeightsError, match=sentence):
            load_weights(path)
