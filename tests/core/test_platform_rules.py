"""Rules of Blender's extensions platform that can be read from the sources, and their checklist."""

import ast
import re
import tomllib
from pathlib import Path

from packaging.utils import canonicalize_name, parse_wheel_filename

from tools.build.manifest import FILENAME, wheel_names
from tools.build.staging import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
CHECKLIST = ROOT / "docs" / "platform-checklist.md"
MANIFEST = tomllib.loads((ROOT / FILENAME).read_text("utf-8"))
USED_FOR = {"files": "soundfile", "microphone": "sounddevice", "network": "socket"}
"""Permission -> what code that needs it imports."""

OF_BLENDER = {"numpy", "requests", "certifi", "idna", "urllib3", "charset-normalizer", "zstandard"}
COMPILED = {".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".exe", ".bin", ".zip", ".whl"}


def shipped() -> list[Path]:
    return [
        path
        for name in SHIPPED
        for path in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


def sources() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
        for path in shipped()
        if path.suffix == ".py"
    }


def test_permissions_are_known_and_needed() -> None:
    texts = "\n".join(sources().values())
    assert set(MANIFEST["permissions"]) == set(USED_FOR)
    for permission, module in USED_FOR.items():
        assert re.search(rf'^import {module}$|import(?:_module)?\("{module}"\)', texts, re.M), (
            permission
        )


def test_nothing_that_blender_has_is_shipped() -> None:
    names = {
        canonicalize_name(parse_wheel_filename(one)[0]) for one in wheel_names(ROOT / FILENAME)
    }
    assert names
    assert names.isdisjoint(OF_BLENDER)


def test_the_name_is_the_extensions_own() -> None:
    assert "blender" not in MANIFEST["name"].lower()


def test_every_bundled_package_is_credited() -> None:
    credited = " ".join(MANIFEST["copyright"])
    for wheel in wheel_names(ROOT / FILENAME):
        name = canonicalize_name(parse_wheel_filename(wheel)[0])
        assert re.search(rf"\((.* in )?{name}[,)]", credited), name


def test_only_torch_is_looked_for_elsewhere() -> None:
    changing = {
        name
        for name, text in sources().items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr in ("path", "meta_path", "path_hooks", "modules")
        and isinstance(node.value, ast.Name)
        and node.value.id == "sys"
    }
    assert changing <= {"model/torch_package.py"}
    assert "sys.path.insert" not in (ROOT / "model/torch_package.py").read_text("utf-8")


def test_the_extensions_name_stands_nowhere_in_the_code() -> None:
    """Docstrings may tell scripts how they find it."""
    for name, text in sources().items():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                is_code = "\n" not in node.value
                assert not (is_code and re.search(f"bl_ext|{MANIFEST['id']}", node.value)), name


def test_the_zip_holds_no_compiled_code() -> None:
    assert [path for path in shipped() if path.suffix in COMPILED] == []


def test_every_test_of_the_checklist_is_there() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", CHECKLIST.read_text("utf-8"))
    named += re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", (ROOT / "SECURITY.md").read_text())
    assert len(named) > 25
    for path, test in named:
        assert f"def {test}" in (ROOT / path).read_text("utf-8"), (path, test)
