"""The faults that `make mutation` makes, and its lists."""

import pytest

from tools.mutation.faults import faults
from tools.mutation.lists import ROOT, equivalents, targets


def changes(source: str) -> list[str]:
    return [fault.change for fault in faults(source, "x.py")]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("a < b", ["a < b -> a <= b"]),
        ("a <= b != c", ["a <= b != c -> a < b != c", "a <= b != c -> a <= b == c"]),
        ("a is b in c", ["a is b in c -> a is not b in c", "a is b in c -> a is b not in c"]),
        ("a + b", ["a + b -> a - b"]),
        ("a += b", ["a += b -> a -= b"]),
        ("a and b", ["a and b -> a or b"]),
        ("~a", ["~a -> a"]),
        ("x = 2", ["2 -> 3", "2 -> 1"]),
        ("x = True", ["True -> False"]),
        ("x = 'left', 'up'", ["'left' -> 'right'", "'up' -> 'up_'"]),
        ("x = max(a)", ["max -> min"]),
        ("x = np.floor(a)", ["np.floor -> np.ceil"]),
        ("def f(): return a", ["return a -> return None"]),
        ("f()", ["f() -> pass"]),
        ("while a: break", ["a -> not a", "break -> continue"]),
        ("if a == b: x = y", ["a == b -> a != b"]),
        ("x = [a for a in b if a]", ["a -> not a"]),
    ],
)  # fmt: skip
def test_each_kind(source: str, expected: list[str]) -> None:
    assert changes(source) == expected


@pytest.mark.parametrize(
    "source",
    ['"""Text."""', "x: Literal[1] = y", "def f(a: 'b') -> 'c': ...",
     "@lru_cache(64)\ndef f(): ...", "raise ValueError('a', 1)", "import a", "x = f'{a + 1}'",
     "x = zip(a, b, strict=True)", "def f(): return None"],
)  # fmt: skip
def test_what_does_not_run_or_only_speaks_is_left_alone(source: str) -> None:
    assert changes(source) == []


def test_a_line_with_the_same_change_twice_numbers_it() -> None:
    made = list(faults("# first\nx = 1, 1", "x.py"))
    assert [fault.change for fault in made] == ["1 -> 2", "1 -> 0", "1 -> 2 (2)", "1 -> 0 (2)"]
    assert {(fault.line, fault.text) for fault in made} == {(2, "x = 1, 1")}


def test_each_code_has_its_own_fault_and_no_other() -> None:
    results = []
    for fault in faults("x = a + b * 2", "x.py"):
        scope = {"a": 10, "b": 3}
        exec(fault.code, scope)
        results.append(scope["x"])
    assert results == [10 - 6, 10 + 1.5, 10 + 9, 10 + 3]


@pytest.mark.parametrize("file", targets())
def test_the_lists_name_what_there_is(file: str) -> None:
    assert (ROOT / file).is_file()
    assert all((ROOT / test).is_file() for test in targets()[file])
    lines = {line.strip() for line in (ROOT / file).read_text("utf-8").splitlines()}
    for one in equivalents(file):
        assert one.text in lines, one.text
        assert one.why
