"""JSON of custom properties is read back, or refused, whatever it holds."""

import pytest
from a2f.blender_audio2face.core import persistence
from a2f.blender_audio2face.errors import PlanError

DEEP = "[" * 100_000


@pytest.mark.parametrize(
    "text",
    [DEEP, "7", "null", '["abcd"]', '[["b", "location", 0, 1e999]]', '[["b", "name", 0, 1]]',
     '[["b", "location", 3, 1]]', '[["b", "location", 0.5, 1]]', '[["b", "location", true, 1]]',
     f'[["b", "location", 0, 1{"0" * 400}]]', '[["b", "location", 0, 1e7]]', 7],
)  # fmt: skip
def test_other_text_is_no_pose(text: object) -> None:
    with pytest.raises(PlanError, match="rest is damaged"):
        persistence.load_pose(text)


def test_pose_survives_its_json() -> None:
    pose = {("head", "location", 2): 0.5, ("häd", "rotation_quaternion", 3): -1.0}
    assert persistence.load_pose(persistence.dump_pose(pose)) == pose


@pytest.mark.parametrize("text", [DEEP, "{", "[1e999]", None, b"[]", 7])
def test_other_text_has_no_rows_or_entries(text: object) -> None:
    assert not persistence.rows(persistence.document(text), float)
    assert persistence.entries(persistence.document(text), list) == {}


@pytest.mark.parametrize(
    "text",
    ['[["a", 0, "x"]]', '[["a", 0]]', '[["a", 0.5, 1]]', '[[7, 0, 1]]', '[["a", 0, NaN]]',
     f'[["a", 0, 1{"0" * 400}]]', '["abc"]', '[["a", 0, 1], null]', '[["a", 0, true]]'],
)  # fmt: skip
def test_rows_of_other_kinds_are_refused(text: str) -> None:
    assert persistence.rows(persistence.document(text), str, int, float) is None


def test_rows_are_read() -> None:
    plain = persistence.document('[["a", 0, 1], ["b", 2, 0.5]]')
    assert persistence.rows(plain, str, int, float) == [("a", 0, 1.0), ("b", 2, 0.5)]


@pytest.mark.parametrize(
    "text", [DEEP, "[]", '{"j": [[["a"]], "k"]}', '{"j": [["a"]]}', '{"j": ["a", "k"]}', None]
)
def test_other_text_has_no_jobs(text: object) -> None:
    assert persistence.load_jobs(text) == {}


def test_jobs_survive_their_json() -> None:
    jobs = {"j": (["a", "b"], "k"), "l": ([], "")}
    assert persistence.load_jobs(persistence.dump_jobs(jobs)) == jobs
