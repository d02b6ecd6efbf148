"""The documents: their examples run, their tables are whole, their links lead somewhere."""

import importlib
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import bpy
import pytest

from tests.support.extension import ROOT
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


@pytest.fixture
def registration(extension: str) -> ModuleType:
    return importlib.import_module(f"{extension}.blender_audio2face.registration")


@needs_sound
def test_the_examples_run_one_after_another(
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


def test_every_operator_is_told_with_its_arguments(registration) -> None:
    told: dict[str, set[str]] = {}
    for names, _, arguments in rows(SCRIPTING, "Operators"):
        for name in quoted(names):
            told[name] = set(quoted(arguments))
    operators = {
        cls.bl_idname.split(".")[1]
        for module in registration._MODULES
        for cls in module.CLASSES
        if issubclass(cls, bpy.types.Operator)
    }
    assert set(told) == operators
    shared = {"mapping_save", "mapping_load", "link_add", "link_remove"}  # two in one row
    shared |= {"receive", "receive_stop"}
    for name in operators:
        rna = getattr(bpy.ops.audio2face, name).get_rna_type()
        has = {p.identifier for p in rna.properties if not p.identifier.startswith("filter_")}
        has.discard("rna_type")
        assert has <= told[name], name
        assert name in shared or told[name] <= has, name


def test_every_dial_is_told_with_its_range(extension: str) -> None:
    dials = importlib.import_module(f"{extension}.blender_audio2face.core.shaping.settings")
    text = SCRIPTING.read_text(encoding="utf-8")
    listed = re.search(r"^Dials: (.*?)\n\n", text, re.MULTILINE | re.DOTALL)[1]
    names = quoted(listed)
    assert sorted(names) == sorted([*dials.RANGES, "blinks"])
    ranges, waiting = {}, []
    for part in re.findall(r"`(\w+)`|\(([-\d]+) to ([-\d]+)", listed):
        if part[0]:
            waiting.append(part[0])
            continue
        ranges.update(dict.fromkeys(waiting, (float(part[1]), float(part[2]))))
        waiting = []
    del ranges["blinks"]
    assert ranges == {name: dials.RANGES[name] for name in ranges}
    assert set(dials.RANGES) - set(ranges) == {"seed"}


def test_every_argument_of_the_api_is_told(extension: str) -> None:
    api = importlib.import_module(extension).api
    arguments = [name for cells in rows(SCRIPTING, "From sound to curves, from curves to keys")
                 for name in quoted(cells[0])]  # fmt: skip
    code = api.bake.__code__
    assert arguments == list(code.co_varnames[: code.co_argcount + code.co_kwonlyargcount])


def test_every_preset_is_told_as_it_is(extension: str) -> None:
    preset = importlib.import_module(f"{extension}.blender_audio2face.core.rigs.preset")
    told = [(quoted(cells[0])[0], *cells[1:4]) for cells in rows(GUIDE, "Presets")]
    known = [(one.id, one.label, one.kind, str(len(one.outputs))) for one in preset.presets()]
    assert sorted(told) == sorted(known)


def test_the_mapping_file_of_the_guide_can_be_loaded(extension: str) -> None:
    document = importlib.import_module(f"{extension}.blender_audio2face.core.rigs.mapping_file")
    ((_, text),) = blocks(GUIDE, "json")
    mapping = document.loads(text)
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
