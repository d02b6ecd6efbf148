"""Calibration of a mapping, on the demo head's shape keys and changed ones."""

from dataclasses import replace

import numpy as np
import pytest
from a2f.blender_audio2face.core.rigs.calibration import (
    FILM_OPENING,
    OPEN,
    SEALED,
    TOUCHING,
    _Face,
    calibrate,
)
from a2f.blender_audio2face.core.rigs.mapping import Mapping, automatic
from a2f.blender_audio2face.core.rigs.preset import preset_with_id
from a2f.blender_audio2face.demo_head.asset import HEAD, read_asset
from a2f.blender_audio2face.errors import MappingError

ARKIT = preset_with_id("arkit")


class Head:
    """The demo head with some of its shape keys made weaker or stronger."""

    def __init__(self, **strengths: float) -> None:
        asset = read_asset(HEAD)
        self.names = tuple(asset.keys)
        self.points = asset.shapes[0].points
        self.offsets = np.stack(
            [offset * np.float32(strengths.get(name, 1.0)) for name, offset in asset.keys.items()]
        )
        self.mapping = automatic(self.names, "arkit")

    def calibrated(self) -> tuple[Mapping, tuple[str, ...]]:
        made = calibrate(self.mapping, self.names, self.points, self.offsets)
        return made.mapping, made.findings

    def measured(self, mapping: Mapping) -> tuple[float, float]:
        """(opening of a full ah, contact at p b m), over the width of the mouth."""
        face = _Face(self.mapping, ARKIT, self.names, self.points, self.offsets)
        return face.opening(mapping, OPEN), face.contact(mapping, SEALED)


@pytest.mark.parametrize(
    "strengths", [{}, {"jawOpen": 2.0}, {"jawOpen": 0.7}, {"mouthClose": 1.3}], ids=str
)
def test_mouth_opens_as_on_film_and_sealed_lips_touch(strengths: dict[str, float]) -> None:
    head = Head(**strengths)
    mapping, findings = head.calibrated()
    opening, contact = head.measured(mapping)
    assert opening == pytest.approx(FILM_OPENING, abs=0.005)
    assert -1.2 * TOUCHING < contact < 2.5 * TOUCHING
    assert len(findings) == 2
    assert "(on film 33%)" in findings[0] and "At p, b, m" in findings[1]


def test_crossing_lips_and_a_wide_jaw_are_named() -> None:
    _, findings = Head(jawOpen=2.0).calibrated()
    assert "opened 54% of the mouth's width, now 33%" in findings[0]
    _, findings = Head(mouthClose=1.3).calibrated()
    assert "the lips cross by 3.4% of the mouth's width, now they touch" in findings[1]


def test_only_jaw_closing_and_pressing_change() -> None:
    head = Head(jawOpen=1.5)
    mapping, _ = head.calibrated()
    changed = {link.output for link in mapping.links if link.multiplier != 1.0}
    assert changed <= {
        "jawOpen", "mouthClose", "mouthPressLeft", "mouthPressRight", "mouthRollLower",
        "mouthRollUpper",
    }  # fmt: skip
    assert {"jawOpen", "mouthClose"} <= changed


def test_second_calibration_changes_nothing() -> None:
    head = Head()
    mapping, _ = head.calibrated()
    again = calibrate(mapping, head.names, head.points, head.offsets)
    assert again.mapping == mapping
    assert again.findings[0].startswith("It fits")


def test_visemes_and_faces_without_lips_are_refused() -> None:
    head = Head()
    visemes = automatic(["viseme_aa", "viseme_PP"], "oculus")
    with pytest.raises(MappingError, match="no shape key for the jaw"):
        calibrate(visemes, head.names, head.points, head.offsets)
    few = replace(
        head.mapping,
        links=tuple(
            link for link in head.mapping.links if link.output in ("jawOpen", "mouthClose")
        ),
    )
    with pytest.raises(MappingError, match="link pucker, funnel and the lips' lifts first"):
        calibrate(few, head.names, head.points, head.offsets)
    with pytest.raises(MappingError, match="its shape keys move too little"):
        calibrate(head.mapping, head.names, head.points, 0.0 * head.offsets)
