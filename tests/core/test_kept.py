"""What a .blend keeps as JSON comes back, or is nothing, whatever it says."""

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
def test_a_recorded_rest_that_was_none(text: object) -> None:
    with pytest.raises(PlanError, match="rest is damaged"):
        persistence.loads(text)


def test_a_recorded_rest_comes_back() -> None:
    pose = {("head", "location", 2): 0.5, ("häd", "rotation_quaternion", 3): -1.0}
    assert persistence.loads(persistence.dumps(pose)) == pose


@pytest.mark.parametrize("text", [DEEP, "{", "[1e999]", None, b"[]", 7])
def test_what_is_kept_by_nobody(text: object) -> None:
    assert not persistence.rows(persistence.document(text), float)
    assert persistence.names(persistence.document(text), list) == {}


@pytest.mark.parametrize(
    "rows_kept",
    ['[["a", 0, "x"]]', '[["a", 0]]', '[["a", 0.5, 1]]', '[[7, 0, 1]]', '[["a", 0, NaN]]',
     f'[["a", 0, 1{"0" * 400}]]', '["abc"]', '[["a", 0, 1], null]', '[["a", 0, true]]'],
)  # fmt: skip
def test_values_that_are_none(rows_kept: str) -> None:
    assert persistence.rows(persistence.document(rows_kept), str, int, float) is None


def test_values_come_back() -> None:
    plain = persistence.document('[["a", 0, 1], ["b", 2, 0.5]]')
    assert persistence.rows(plain, str, int, float) == [("a", 0, 1.0), ("b", 2, 0.5)]


@pytest.mark.parametrize(
    "text", [DEEP, "[]", '{"j": [[["a"]], "k"]}', '{"j": [["a"]]}', '{"j": ["a", "k"]}', None]
)
def test_jobs_that_are_none(text: object) -> None:
    assert persistence.load_jobs(text) == {}


def test_jobs_come_back() -> None:
    jobs = {"j": (["a", "b"], "k"), "l": ([], "")}
    assert persistence.load_jobs(persistence.dump_jobs(jobs)) == jobs
