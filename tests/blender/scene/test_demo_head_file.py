"""The file of the demo head in the installed zip says what the formulas say, to half a step."""

import importlib
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from model.channels import ARKIT_52
from tools.demo.head.export import STEP, character, second_differences, to_srgb
from tools.demo.head.part import MATERIALS, Part
from tools.demo.head.shape_keys import shape_key_offsets
from tools.demo.head.skin import COLUMNS, CONTACT_ROW, PARTNER

HALF_STEP = STEP / 2 * (1 + 1e-6)


@pytest.fixture(scope="module")
def reader(extension: str) -> ModuleType:
    """The installed extension's reader of the file."""
    return importlib.import_module(f"{extension}.blender_audio2face.demo_head.asset")


@pytest.fixture(scope="module")
def asset(reader: ModuleType):
    return reader.read_asset(reader.HEAD)


@pytest.fixture(scope="module")
def parts() -> dict[str, Part]:
    """What the formulas give."""
    return character()


@pytest.fixture(scope="module")
def offsets(parts: dict[str, Part]) -> dict[str, np.ndarray]:
    return shape_key_offsets(parts["Demo Head"])


def test_shapes_are_those_of_the_formulas(asset, parts: dict[str, Part]) -> None:
    assert [shape.name for shape in asset.shapes] == list(parts)
    assert asset.materials == MATERIALS
    for shape, part in zip(asset.shapes, parts.values(), strict=True):
        assert np.abs(shape.points - part.points).max() <= HALF_STEP
        assert (shape.quads == part.faces).all()
        assert (shape.slots == part.material).all()
        shades = shape.colours.astype(int) - to_srgb(part.colour)
        assert np.abs(shades).max() <= 1  # another computer may round the other way


def test_keys_are_those_of_the_formulas(asset, offsets: dict[str, np.ndarray]) -> None:
    assert tuple(asset.keys) == ARKIT_52
    for name, offset in offsets.items():
        error = np.abs(asset.keys[name] - offset)
        # The seal of the lips costs mouthClose a step on its touching points.
        allowed = 4 * HALF_STEP if name == "mouthClose" else HALF_STEP
        assert error.max() <= allowed, name
        assert (error > HALF_STEP).any(1).sum() <= COLUMNS, name


def test_lips_touch_exactly_where_the_formulas_say(asset, offsets: dict[str, np.ndarray]) -> None:
    rows = np.array([CONTACT_ROW - 1, CONTACT_ROW])[:, None] * COLUMNS
    facing = rows + PARTNER
    points = asset.shapes[0].points
    assert (points[rows + np.arange(COLUMNS)] == points[facing]).all()
    sealing = 0
    for name in ARKIT_52:
        meant = offsets[name][rows + np.arange(COLUMNS)] - offsets[name][facing]
        if np.abs(meant).max() < 1e-9:
            key = asset.keys[name]
            assert (key[rows + np.arange(COLUMNS)] == key[facing]).all(), name
            sealing += 1
    assert sealing >= 30
    closed = asset.keys["jawOpen"] + asset.keys["mouthClose"]
    assert (closed[rows + np.arange(COLUMNS)] == closed[facing]).all()


def test_wrapped_differences_are_restored(reader: ModuleType, tmp_path: Path) -> None:
    values = np.array([[0, 30_000, -30_000, 32_767, -32_768, 5]])
    stored = second_differences(values, np.int16)
    assert (reader._summed_twice(stored) == values).all()


def test_file_needs_no_pickle_and_stays_small(reader: ModuleType) -> None:
    assert reader.HEAD.stat().st_size < 600_000
    with np.load(reader.HEAD, allow_pickle=False) as file:
        assert all(file[name].dtype.hasobject is False for name in file.files)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 nothing", None])
def test_damaged_file_is_refused(reader: ModuleType, tmp_path: Path, damage: bytes | None) -> None:
    path = tmp_path / "head.npz"
    if damage is None:
        np.savez(path, points=np.zeros(3))
    else:
        path.write_bytes(damage)
    with pytest.raises((OSError, ValueError, KeyError)):
        reader.read_asset(path)
