"""The record of what was baked from which strip."""

import numpy as np
import pytest
from a2f.blender_audio2face.segments import Segment, dumps, frames_kept, loads, rebaked

A, B = Segment("a", 1, 100), Segment("b", 150, 200)


def test_record_survives_its_text() -> None:
    record = (Segment('é "1"', -5, 3), B)
    assert loads(dumps(record)) == record


@pytest.mark.parametrize("text", [None, 3, "", "x", "{}x", "[[1]]", '[["a", 1, null]]', "7"])
def test_anything_else_is_not_ours(text: object) -> None:
    assert loads(text) is None


def test_strips_are_baked_side_by_side() -> None:
    assert rebaked((B,), A) == (A, B)


def test_baking_again_replaces_the_strips_own_segment() -> None:
    moved = Segment("a", 300, 400)
    assert rebaked((A, B), moved) == (B, moved)


def test_an_overlap_belongs_to_the_later_bake() -> None:
    assert rebaked((A,), Segment("b", 50, 150)) == (Segment("a", 1, 50), Segment("b", 50, 150))
    assert rebaked((A,), Segment("b", 0, 100)) == (Segment("b", 0, 100),)
    middle = Segment("b", 40, 60)
    assert rebaked((A,), middle) == (Segment("a", 1, 40), middle, Segment("a", 60, 100))


def test_keys_of_other_strips_and_of_the_artist_stay() -> None:
    frames = np.array([0.0, 1.0, 99.5, 100.0, 149.0, 150.0, 310.0, 350.0])
    kept = frames_kept(frames, (A, B), Segment("a", 300, 320))
    assert frames[kept].tolist() == [0.0, 100.0, 149.0, 150.0, 350.0]
