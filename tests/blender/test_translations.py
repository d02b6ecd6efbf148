"""German for every word of the interface, and for nothing else, so that it cannot go stale."""

import ast
import importlib
import string
import sys
from collections.abc import Iterator
from pathlib import Path

import bpy
import pytest

OPERATOR, TEXT = "Operator", "*"
DRAWN_BY = ("text", "heading", "placeholder")


@pytest.fixture
def german(extension: str) -> dict[tuple[str, str], str]:
    return importlib.import_module(f"{extension}.blender_audio2face.translations.german").MESSAGES


@pytest.fixture
def shown(extension: str) -> set[tuple[str, str]]:
    """(context, English) of everything that the interface shows."""
    registration = importlib.import_module(f"{extension}.blender_audio2face.registration")
    hiding = importlib.import_module(f"{extension}.blender_audio2face.hiding")
    found = set()
    for module in registration._MODULES:
        for cls in module.CLASSES:
            found.update(of_class(cls))
    folder = Path(registration.__file__).parent
    for path in folder.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found.update(of_source(tree))
        if path.name != "api.py" and "cli" not in path.parts:  # what scripts see stays English
            found.update((TEXT, text) for text in raised(tree))
        if path.parent.name == "panels":
            found.update((TEXT, text) for text in returned(tree))
    for check in hiding._CHECKS:
        found |= {(TEXT, check.sentence), (OPERATOR, check.fix_label)}
    return {(context, text) for context, text in found if any(c.isalpha() for c in text)}


def of_class(cls: type) -> Iterator[tuple[str, str]]:
    """What Blender shows of a registered class."""
    if issubclass(cls, bpy.types.UIList):
        return
    if issubclass(cls, (bpy.types.Panel, bpy.types.Menu)):
        yield getattr(cls, "bl_translation_context", TEXT), cls.bl_label
        yield TEXT, getattr(cls, "bl_description", "")
        return
    rna = cls.bl_rna
    if issubclass(cls, bpy.types.Operator):
        rna = getattr(bpy.ops.audio2face, cls.bl_idname.split(".")[1]).get_rna_type()
        yield OPERATOR, rna.name
        yield TEXT, rna.description
    for prop in rna.properties:
        if not (prop.is_hidden or is_inherited(prop)):
            yield from of_property(prop)


def is_inherited(prop) -> bool:
    """Whether Blender brings a property itself, as `name` of every group."""
    base = bpy.types.PropertyGroup.bl_rna.properties.get(prop.identifier)
    own = base is None or base.description != prop.description
    return not own or prop.identifier in ("rna_type", "bl_idname")


def of_property(prop) -> Iterator[tuple[str, str]]:
    yield prop.translation_context, prop.name
    yield TEXT, prop.description
    if prop.type == "ENUM":
        for item in prop.enum_items:
            yield prop.translation_context, item.name
            yield TEXT, item.description


def of_source(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Texts that panels draw and reasons for grey buttons, where they are written out."""
    constants = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        values: list[tuple[str, ast.expr]] = []
        if name in ("poll_message_set", "pgettext_rpt", "pgettext_iface"):
            values += [(TEXT, value) for value in call.args[:1]]
        elif name == "draw_lines":
            values += [(TEXT, value) for value in call.args[2:]]
        for keyword in call.keywords:
            if keyword.arg in DRAWN_BY:
                context = OPERATOR if name == "operator" else TEXT
                values.append((context, keyword.value))
        for context, value in values:
            yield from ((context, text) for text in texts(value, constants))


def raised(tree: ast.Module) -> Iterator[str]:
    """Sentences of errors, where nothing is filled in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for value in node.exc.args[:1]:
                yield from (text for text in texts(value, {}) if text.endswith("."))


def returned(tree: ast.Module) -> Iterator[str]:
    """Sentences that functions of a panel give to be drawn."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from (text for text in texts(node.value, {}) if text.endswith("."))


def texts(value: ast.expr, constants: dict[str, ast.Constant]) -> Iterator[str]:
    """The constants that an expression may come to."""
    if isinstance(value, ast.Name):
        value = constants.get(value.id, value)
    if isinstance(value, ast.Constant) and isinstance(value.value, str):
        yield value.value
    elif isinstance(value, ast.BoolOp | ast.List):
        for part in value.values if isinstance(value, ast.BoolOp) else value.elts:
            yield from texts(part, constants)
    elif isinstance(value, ast.IfExp):
        for part in (value.body, value.orelse):
            yield from texts(part, constants)


def test_every_word_of_the_interface_has_a_german_one(german, shown) -> None:
    assert len(shown) > 200
    assert sorted(shown - german.keys()) == []


def test_nothing_is_translated_that_is_not_shown(german, shown) -> None:
    english = {text for _, text in shown}
    assert sorted({text for _, text in german} - english) == []


def test_translations_keep_what_is_filled_in_and_how_a_text_ends(german) -> None:
    for (_, text), translated in german.items():
        assert translated.strip() == translated != ""
        assert fields(translated) == fields(text), text
        assert translated.endswith(".") == text.endswith("."), text


def fields(text: str) -> list[str]:
    return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]


def test_every_description_says_something_and_has_no_full_stop(extension: str) -> None:
    registration = importlib.import_module(f"{extension}.blender_audio2face.registration")
    for module in registration._MODULES:
        for cls in module.CLASSES:
            if issubclass(cls, (bpy.types.UIList, bpy.types.Panel, bpy.types.Menu)):
                continue
            rna = cls.bl_rna
            if issubclass(cls, bpy.types.Operator):
                rna = getattr(bpy.ops.audio2face, cls.bl_idname.split(".")[1]).get_rna_type()
                assert rna.description, cls
                assert not rna.description.endswith("."), cls
            for prop in rna.properties:
                if prop.is_hidden or is_inherited(prop):
                    continue
                assert prop.description, (cls, prop.identifier)
                for _, text in of_property(prop):
                    assert not text.endswith("."), (cls, prop.identifier, text)


def test_taken_back_and_registered_anew_it_says_the_same(extension: str, german) -> None:
    translations = importlib.import_module(f"{extension}.blender_audio2face.translations")
    translations.unregister()
    sys.modules.pop(f"{translations.__name__}.german")
    translations.register()
    again = importlib.import_module(f"{translations.__name__}.german").MESSAGES
    assert again == german
