"""The commands, files and tests that documents name exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
TARGETS = set(re.findall(r"^([a-z-]+)%?:", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

MADE = {"docs/performance.md"}
"""By `make bench`."""


def code(path: Path) -> list[str]:
    """Everything in backticks, blocks line by line."""
    text = path.read_text("utf-8")
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```$", "", text, flags=re.M | re.S))
    return [line.split("#")[0] for block in blocks for line in block.splitlines()] + inline


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_named_targets_and_files_exist(path: Path) -> None:
    for text in code(path):
        for target in re.findall(r"^make ([a-z][a-z-]*)", text):
            assert target in TARGETS, text
        for file in re.findall(r"(?<![\w/.])((?:tests|docs|requirements)/[\w/]+\.\w+)", text):
            assert file in MADE or (ROOT / file).is_file(), text


@pytest.mark.parametrize("name", ["docs/platform-checklist.md", "SECURITY.md"])
def test_named_tests_exist(name: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / name).read_text("utf-8"))
    for path, test in named:
        assert f"def {test}(" in (ROOT / path).read_text("utf-8"), (path, test)
