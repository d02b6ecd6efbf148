"""What a name may mean: which beginnings are left out of it, and how sure that is."""

import pytest
from a2f.blender_audio2face.core.rigs.names import MESH, NUMBERING, SHARED, plain, spellings


def test_what_was_left_out_can_be_told_from_the_style() -> None:
    sums = {
        shared + mesh + numbering
        for shared in (0, SHARED)
        for mesh in (0, MESH)
        for numbering in (0, NUMBERING)
    }
    assert len(sums) == 8
    assert 0 < SHARED < MESH < NUMBERING


def test_the_surest_meaning_comes_first() -> None:
    assert spellings(["Face.A01_Jaw_Open"])["Face.A01_Jaw_Open"] == (
        (0, "facea01jawopen"),
        (MESH, "a01jawopen"),
        (MESH + NUMBERING, "jawopen"),
    )
    names = [f"hero_{name}" for name in ("12_jawOpen", "Face.tongueOut", "cheekPuff")]
    found = spellings(names)
    assert found["hero_12_jawOpen"] == (
        (0, "hero12jawopen"),
        (SHARED, "12jawopen"),
        (SHARED + NUMBERING, "jawopen"),
    )
    assert found["hero_Face.tongueOut"] == (
        (0, "herofacetongueout"),
        (SHARED, "facetongueout"),
        (MESH, "tongueout"),
    )


@pytest.mark.parametrize(
    ("sharing", "others", "is_prefix"),
    [
        (2, 0, False),
        (2, 1, False),
        (3, 0, True),
        (3, 1, True),
        (3, 3, True),
        (3, 4, False),
        (4, 4, True),
    ],
)
def test_a_prefix_is_shared_by_three_names_and_half_of_all(
    sharing: int, others: int, is_prefix: bool
) -> None:
    words = ["puff", "open", "out", "up", "down", "in", "wide", "shut"]
    names = [f"hero_{word}" for word in words[:sharing]] + words[sharing : sharing + others]
    assert ((SHARED, "puff") in spellings(names)["hero_puff"]) == is_prefix


def test_a_letter_alone_names_no_side() -> None:
    assert (plain("L"), plain("r")) == ("l", "r")
    assert plain("A L") == plain("L A") == "aleft"
