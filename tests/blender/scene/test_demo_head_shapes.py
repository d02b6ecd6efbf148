"""The demo head: its file says what the formulas say, lips really meet, and eyes shut."""

import importlib

import bpy
import numpy as np
import pytest

from model.channels import ARKIT_52
from tools.demo.head.export import STEP, character, to_srgb
from tools.demo.head.part import MATERIALS, TOOTH, Part
from tools.demo.head.shape_keys import shape_key_offsets
from tools.demo.head.skin import (
    COLUMNS,
    CONTACT_ROW,
    EYE_LEFT,
    EYE_RADIUS,
    PARTNER,
    SIN,
)

HALF_STEP = STEP / 2 * (1 + 1e-6)


@pytest.fixture(scope="module")
def parts() -> dict[str, Part]:
    """The meshes that the formulas give, in the vertex order of the file."""
    return character()


@pytest.fixture(scope="module")
def part(parts: dict[str, Part]) -> Part:
    return parts["Demo Head"]


@pytest.fixture(scope="module")
def offsets(part: Part) -> dict[str, np.ndarray]:
    return shape_key_offsets(part)


@pytest.fixture(scope="module")
def asset(extension: str):
    """The file of the installed extension."""
    reader = importlib.import_module(f"{extension}.blender_audio2face.demo_head.asset")
    return reader.read_asset(reader.HEAD)


@pytest.fixture(scope="module")
def keys(extension: str) -> dict[str, np.ndarray]:
    """The coordinates [N, 3] that Blender keeps for each shape key, the basis first."""
    add = importlib.import_module(f"{extension}.blender_audio2face.demo_head.add")
    blocks = add.add_demo_head(bpy.context, with_speech=False).data.shape_keys.key_blocks
    coordinates = {}
    for block in blocks:
        flat = np.empty(len(block.data) * 3, np.float32)
        block.data.foreach_get("co", flat)
        coordinates[block.name] = flat.reshape(-1, 3)
    return coordinates


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


def posed(keys: dict[str, np.ndarray], **values: float) -> np.ndarray:
    """The vertices [N, 3] with these key values; a name without its side means both."""
    points = keys["Basis"].copy()
    for name in ARKIT_52:
        sideless = name.removesuffix("Left").removesuffix("Right")
        value = values.get(name, values.get(sideless, 0.0))
        points += np.float32(value) * (keys[name] - keys["Basis"])
    return points


def lip_gaps(part: Part, points: np.ndarray) -> np.ndarray:
    """Distances between facing points of the lips' contact loop, from the left corner on."""
    loop = points[(part.get("sheet") > 0) & (part.get("row") == CONTACT_ROW)]
    half = len(loop) // 2
    return np.linalg.norm(loop[1:half] - loop[: half - len(loop) : -1], axis=-1)


def test_every_key_moves_vertices(keys: dict[str, np.ndarray], part: Part) -> None:
    assert tuple(keys) == ("Basis", *ARKIT_52)
    for name in ARKIT_52:
        offset = np.abs(keys[name] - part.points)
        assert np.isfinite(offset).all()
        assert 0.01 < offset.max() < 1.0, name


def test_left_keys_move_the_left_side_alone(keys: dict[str, np.ndarray], part: Part) -> None:
    rest = posed(keys)
    for name in ARKIT_52:
        if name.endswith(("Left", "Right")) and name not in (
            "jawLeft", "jawRight", "mouthLeft", "mouthRight",
        ):  # fmt: skip
            moved = np.linalg.norm(posed(keys, **{name: 1.0}) - rest, axis=-1)
            side = 1 if name.endswith("Left") else -1
            centre = (moved * part.points[:, 0]).sum() / moved.sum()
            assert centre * side > 0.04, name


@pytest.mark.parametrize("jaw", [0.0, 0.1, 0.3, 0.6, 1.0])
def test_mouth_close_seals_the_open_jaw(
    keys: dict[str, np.ndarray], part: Part, jaw: float
) -> None:
    closed = posed(keys, jawOpen=jaw, mouthClose=jaw)
    assert lip_gaps(part, closed).max() < 1e-5


def test_lower_lip_meets_the_upper_teeth_for_f_and_v(
    keys: dict[str, np.ndarray], part: Part
) -> None:
    column = part.get("column").astype(int)
    lower_lip = (
        (part.get("sheet") > 0)
        & (np.abs(part.get("row") - CONTACT_ROW) <= 3)
        & (SIN[column] < -0.9)
    )
    upper_teeth = (part.material_of_points() == TOOTH) & (part.get("jaw") == 0)

    def distance(points: np.ndarray) -> float:
        between = points[lower_lip][:, None] - points[upper_teeth][None]
        return float(np.linalg.norm(between, axis=-1).min())

    biting = posed(keys, mouthRollLower=0.8, mouthUpperUp=0.4, jawOpen=0.12)
    assert distance(biting) < 0.03
    assert distance(posed(keys, jawOpen=0.4)) > 0.06
    assert lip_gaps(part, biting).max() > 0.03  # air passes, and the teeth are seen


def test_lids_clear_the_eyeball_on_their_way(keys: dict[str, np.ndarray], part: Part) -> None:
    shell = (part.get("lid") != 0) & (part.get("lid_edge") < 1)  # the edge itself turns in
    for blink in (0.0, 0.5, 1.0):
        points = posed(keys, eyeBlink=blink)
        for side in (1, -1):
            lids = points[shell & (part.get("side") == side)]
            radius = np.linalg.norm(lids - EYE_LEFT * [side, 1, 1], axis=-1)
            assert radius.min() > EYE_RADIUS


def test_blink_shuts_the_eye(keys: dict[str, np.ndarray], part: Part) -> None:
    points = posed(keys, eyeBlink=1.0)
    outer_edge = part.get("lid_edge") == 1
    for side in (1, -1):
        here = outer_edge & (part.get("side") == side)
        upper, lower = points[here & (part.get("lid") > 0)], points[here & (part.get("lid") < 0)]
        nearest = np.linalg.norm(upper[:, None] - lower[None], axis=-1).min(0)
        assert nearest.max() < 0.012
