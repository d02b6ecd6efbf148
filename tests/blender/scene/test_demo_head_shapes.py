"""The demo head as added: all keys, lips that really meet, and teeth where f and v need them."""

import importlib

import bpy
import numpy as np
import pytest

from model.channels import ARKIT_52
from tools.demo.head.export import head_part
from tools.demo.head.part import TOOTH, Part
from tools.demo.head.skin import CONTACT_ROW, EYE_LEFT, EYE_RADIUS, SIN


@pytest.fixture(scope="module")
def part() -> Part:
    """The head as arrays, in the vertex order of its mesh."""
    return head_part()


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


def test_open_jaw_parts_the_lips(keys: dict[str, np.ndarray], part: Part) -> None:
    gaps = [lip_gaps(part, posed(keys, jawOpen=jaw)).max() for jaw in (0.1, 0.5, 1.0)]
    assert gaps[0] > 0.02
    assert gaps[1] == pytest.approx(5 * gaps[0], rel=0.01)
    assert gaps[2] > 0.3


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
