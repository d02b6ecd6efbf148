"""A plan's values: links of one control add up within its range, and what it is at rest."""

import numpy as np
import pytest
from a2f.blender_audio2face.core.rigs.mapping import Link, Target
from a2f.blender_audio2face.core.target_plan import (
    PlannedLink,
    TargetPlan,
    TargetSettings,
    columns,
    resting,
)

INFINITE = (float("-inf"), float("inf"))


def plan(*links: PlannedLink, preset_id: str | None = None) -> TargetPlan:
    return TargetPlan("Face", (), "OBJECT", 1, preset_id, links)


def planned(link: Link, path: str = "x", low: float = 0.0, high: float = 1.0) -> PlannedLink:
    return PlannedLink(link, path, 0, low, high)


def rows(*values: tuple[float, ...]) -> np.ndarray:
    return np.array(values, np.float32)


def test_links_of_one_control_add_up_within_its_range() -> None:
    face = plan(
        planned(Link("jawOpen", Target("shape", "x"))),
        planned(Link("mouthFunnel", Target("shape", "x"), 0.5)),
        planned(Link("jawOpen", Target("shape", "y")), "y", 0.2, 0.5),
    )
    made = columns(face, ("jawOpen", "mouthFunnel"), rows((0.0, 0.0), (0.4, 0.6), (0.9, 0.9)))
    assert made["x", 0] == pytest.approx([0.0, 0.7, 1.0])
    assert made["y", 0] == pytest.approx([0.2, 0.4, 0.5])
    assert all(column.dtype == np.float32 for column in made.values())
    assert resting(face, ("jawOpen",)) == {("x", 0): 0.0, ("y", 0): pytest.approx(0.2)}


def test_the_rest_of_a_bone_counts_once() -> None:
    scale = Target("bone", "lip", "scale", 0, rest=1.0, extreme=2.0)
    face = plan(
        planned(Link("jawOpen", scale), "lip", *INFINITE),
        planned(Link("mouthFunnel", scale, -0.5), "lip", *INFINITE),
    )
    names = ("jawOpen", "mouthFunnel")
    assert columns(face, names, rows((0.5, 0.4)))["lip", 0] == pytest.approx([1.3])
    assert resting(face, names) == {("lip", 0): pytest.approx(1.0)}


def test_curves_key_only_what_they_speak_of() -> None:
    face = plan(
        planned(Link("jawOpen", Target("shape", "x"))),
        planned(Link("browInnerUp", Target("shape", "y")), "y"),
        planned(Link("viseme_aa", Target("shape", "z")), "z"),
        preset_id="oculus",
    )
    assert set(columns(face, ("jawOpen",), rows((0.5,)))) == {("x", 0), ("z", 0)}


def test_what_is_not_asked_for_is_found_by_name_and_looked_at() -> None:
    assert TargetSettings() == TargetSettings(None, None, check_effect=True)


def test_a_preset_makes_the_outputs() -> None:
    face = plan(planned(Link("viseme_aa", Target("shape", "z")), "z"), preset_id="oculus")
    made = columns(face, ("jawOpen", "mouthClose"), rows((0.0, 0.0), (0.5, 0.0), (0.2, 0.2)))
    assert made["z", 0] == pytest.approx([0.0, 1.0, 0.0], abs=0.02)
