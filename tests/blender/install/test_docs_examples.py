"""The documents: their examples run, their tables are whole, their links lead somewhere."""

import re
import runpy
from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest

from tests.support.extension import ROOT, addon_module
from tests.support.scenes import needs_sound

DOCS = ROOT / "docs"
GUIDE, SCRIPTING = DOCS / "guide.md", DOCS / "scripting.md"


def blocks(path: Path, language: str) -> list[tuple[int, str]]:
    """(line, text) of the code blocks of a language."""
    text = path.read_text(encoding="utf-8")
    return [
        (text.count("\n", 0, found.start(1)) + 1, found[1])
        for found in re.finditer(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


def rows(path: Path, heading: str) -> Iterator[list[str]]:
    """The cells of the first table below a heading."""
    below = path.read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1]
    table = re.search(r"(?:^\|.*\n)+", below, re.MULTILINE)
    assert table is not None, heading
    for line in table[0].splitlines()[2:]:
        yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


@needs_sound
def test_examples_run_in_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    examples = blocks(SCRIPTING, "python")
    assert len(examples) >= 6
    for line, text in examples:
        script = tmp_path / "scripting.py"
        script.write_text("\n" * (line - 1) + text, encoding="utf-8")  # errors name its line
        names = runpy.run_path(str(script), names)
    printed = capsys.readouterr().out
    assert "52 channels" in printed
    assert '"line 12"' in printed
    assert 'Refused: Nothing to key: "No Face"' in printed
    head, mouth = names["head"], "My Mouth"
    bpy.context.scene.frame_set(305)
    assert head.data.shape_keys.key_blocks[mouth].value == pytest.approx(0.7, abs=0.05)
    assert (tmp_path / "shot_baked.blend").is_file()


def test_every_operator_is_documented_with_its_arguments() -> None:
    documented = {
        name: set(quoted(arguments))
        for names, _, arguments in rows(SCRIPTING, "Operators")
        for name in quoted(names)
    }
    operators = {
        cls.bl_idname.split(".")[1]
        for module in addon_module("registration")._MODULES
        for cls in module.CLASSES
        if issubclass(cls, bpy.types.Operator)
    }
    assert set(documented) == operators
    for name in operators:
        rna = getattr(bpy.ops.audio2face, name).get_rna_type()
        arguments = {p.identifier for p in rna.properties if not p.identifier.startswith("filter_")}
        assert arguments - {"rna_type"} <= documented[name], name


def test_mapping_file_of_the_guide_can_be_loaded() -> None:
    ((_, text),) = blocks(GUIDE, "json")
    mapping = addon_module("core.rigs.mapping_file").loads(text)
    assert [link.target.kind for link in mapping.links] == ["shape", "bone", "property"]


@pytest.mark.parametrize("path", [*DOCS.glob("*.md"), *ROOT.glob("*.md")], ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    anchors = {
        re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")
        for title in re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        elif "://" not in target:
            assert (path.parent / target.partition("#")[0]).exists(), target
