"""What documents name is there: targets of make, files, rooms."""

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
def test_what_is_named_is_there(path: Path) -> None:
    for text in code(path):
        for target in re.findall(r"^make ([a-z][a-z-]*)", text):
            assert target in TARGETS, text
        for file in re.findall(r"(?<![\w/.])((?:tests|docs|requirements)/[\w/]+\.\w+)", text):
            assert file in MADE or (ROOT / file).is_file(), text


def test_the_rooms_of_the_architecture_are_there() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    rows = [row.split("|")[2] for row in re.findall(r"^\|.*\|$", text, re.MULTILINE)]
    named = [name for row in rows for name in re.findall(r"`([a-z_/]+)`", row)]
    assert len(named) > 40
    homes = (ROOT, ROOT / "blender_audio2face", ROOT / "model", ROOT / "docs")
    for name in named:
        found = any((home / name).is_dir() or (home / f"{name}.py").is_file() for home in homes)
        assert found, name
