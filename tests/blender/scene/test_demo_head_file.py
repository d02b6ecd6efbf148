"""The file of the demo head in the installed zip says what the formulas say, to half a step."""

import importlib

import numpy as np
import pytest

from model.channels import ARKIT_52
from tools.demo.head.export import STEP, character, to_srgb
from tools.demo.head.part import MATERIALS, Part
from tools.demo.head.shape_keys import shape_key_offsets
from tools.demo.head.skin import COLUMNS, CONTACT_ROW, PARTNER

HALF_STEP = STEP / 2 * (1 + 1e-6)


@pytest.fixture(scope="module")
def asset(extension: str):
    """The file of the installed extension."""
    reader = importlib.import_module(f"{extension}.blender_audio2face.demo_head.asset")
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
