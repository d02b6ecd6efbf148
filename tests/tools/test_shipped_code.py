"""Rules for the code that is shipped, read from its syntax: SECURITY.md and the platform's terms.

Exceptions to a rule are listed beside it with their reason.
"""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.build.extension_zip import SHIPPED
from tools.build.manifest import FILENAME

ROOT = Path(__file__).resolve().parents[2]
MANIFEST = tomllib.loads((ROOT / FILENAME).read_text("utf-8"))
FILES = sorted(
    path
    for name in SHIPPED
    for path in ([ROOT / name] if (ROOT / name).is_file() else (ROOT / name).rglob("*"))
    if path.is_file() and "__pycache__" not in path.parts
)
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
    for path in FILES
    if path.suffix == ".py"
}
COMPILED = {".pyc", ".pyo", ".so", ".pyd", ".dll", ".dylib", ".exe", ".bin", ".zip", ".whl"}
PERMISSIONS = {"files": "soundfile", "microphone": "sounddevice", "network": "socket"}
"""Permission -> a package that needs it."""

FORBIDDEN_CALLS = {"eval", "exec", "compile", "execfile", "__import__", "breakpoint", "input"}
FORBIDDEN_METHODS = {
    "os.system", "os.popen", "os.startfile", "subprocess.getoutput", "subprocess.getstatusoutput",
    "asyncio.create_subprocess_shell", "builtins.eval", "builtins.exec", "types.FunctionType",
    "types.CodeType", "code.interact", "runpy.run_path", "runpy.run_module", "tempfile.mktemp",
    "bpy.utils.execfile", "bpy.ops.script.python_file_run",
    "bpy.ops.text.run_script", "bpy.ops.wm.url_open", "bpy.ops.extensions.package_install",
}  # fmt: skip
FORBIDDEN_MODULES = {
    "pickle", "cPickle", "dill", "marshal", "shelve", "yaml", "joblib", "code", "codeop", "ctypes",
    "imp", "pip", "ensurepip", "runpy", "urllib", "http", "requests", "httpx", "aiohttp", "urllib3",
    "ftplib", "smtplib", "telnetlib", "xmlrpc", "ssl", "socketserver", "webbrowser", "asyncio",
    "xml", "winreg", "pty", "multiprocessing",
}  # fmt: skip

SOCKETS = {"socket", "select", "selectors", "pythonosc"}
WIRE = "blender_audio2face/core/streaming/"
"""The only package that may open sockets, once the artist starts it."""

PROCESSES = {"model/command/batch/workers.py", "model/command/two_processes.py"}
"""Starts workers, which are Blender again or Python again, by a list of arguments."""

NAMED_IMPORTS = {
    "model/optional.py": "its callers name the package, and are checked as imports are"
}
"""Files that import by a name that is no constant -> where the name comes from."""

OWN_FOLDER_READERS = {
    "blender_audio2face/demo_head/asset.py",
    "blender_audio2face/demo_head/add.py",
    "blender_audio2face/core/rigs/geometry.py",
    "blender_audio2face/core/rigs/preset.py",
    "model/command/job_record.py",
    "model/command/two_processes.py",
    "model/weights_file.py",
}
"""Files that know their own folder; each only reads there (tests/blender/install)."""


MODULE_SEARCH = {"sys.path", "sys.meta_path", "sys.path_hooks", "sys.modules"}
MODULE_PATHS = {"model/torch_package.py"}
"""Files that change where modules are found: PyTorch's folder from the preferences, at the end."""


def dotted(node: ast.AST) -> str:
    """`a.b.c` of names and attributes; an empty text for other expressions."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def option(call: ast.Call, name: str) -> object:
    """A keyword's constant value; None if it is not given, ... if it is no constant."""
    for keyword in call.keywords:
        if keyword.arg == name:
            return keyword.value.value if isinstance(keyword.value, ast.Constant) else ...
    return None


def modules_of(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
        return [node.module.split(".")[0]]
    return []


def violations(text: str, path: str) -> Iterator[str]:
    """Each violation of a rule, with its line."""
    for node in ast.walk(ast.parse(text)):
        where = f"{path}:{getattr(node, 'lineno', 0)}"
        for module in modules_of(node):
            if module in FORBIDDEN_MODULES:
                yield f"{where} imports {module}"
            if module in SOCKETS and not path.startswith(WIRE):
                yield f"{where} imports {module} outside {WIRE}"
            if module == "subprocess" and path not in PROCESSES:
                yield f"{where} imports subprocess"
        if isinstance(node, ast.Name) and node.id == "__file__" and path not in OWN_FOLDER_READERS:
            yield f"{where} looks at its own folder"
        name = dotted(node)
        if name == "sys.path.insert" or (name in MODULE_SEARCH and path not in MODULE_PATHS):
            yield f"{where} uses {name}"
        if isinstance(node, ast.Call):
            yield from (f"{where} {call}" for call in forbidden_calls(node, path))


def forbidden_calls(call: ast.Call, path: str) -> Iterator[str]:
    name = dotted(call.func)
    last = name.rpartition(".")[2]
    if name in FORBIDDEN_CALLS:
        yield f"calls {name}"
    if name in FORBIDDEN_METHODS or name.startswith(("os.exec", "os.spawn", "os.posix_spawn")):
        yield f"calls {name}"
    if option(call, "shell") not in (None, False):
        yield "starts a shell"
    if option(call, "allow_pickle") not in (None, False):
        yield "allows pickle"
    if name in ("np.load", "numpy.load") and option(call, "allow_pickle") is not False:
        yield "calls np.load without allow_pickle=False"
    if option(call, "use_scripts") not in (None, False):
        yield "runs a .blend's scripts"
    if last in ("import_module", "optional_import", "reload"):
        constant = call.args and isinstance(call.args[0], ast.Constant)
        if not constant and path not in NAMED_IMPORTS:
            yield f"calls {last} with a name that is no constant"
    if last in ("extractall", "unpack_archive"):
        yield f"calls {last}"


def test_shipped_code_keeps_the_rules() -> None:
    assert len(SOURCES) > 100
    assert [found for path, text in SOURCES.items() for found in violations(text, path)] == []


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')",
        "__import__('os')",
        "import pickle",
        "def f():\n    import urllib.request",
        "import socket",
        "from select import select",
        "import os\nos.system('ls')",
        "import subprocess",
        "run(command, shell=shell)",
        "np.load(path)",
        "archive.read(allow_pickle=True)",
        "importlib.import_module(name)",
        "optional_import(module)",
        "bpy.ops.wm.open_mainfile(filepath=path, use_scripts=True)",
        "zip_file.extractall(folder)",
        "folder = Path(__file__).parent",
        "sys.path.append(folder)",
    ],
)
def test_rule_refuses(text: str) -> None:
    assert list(violations(text, "blender_audio2face/new.py")) != []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("import socket", WIRE + "sender.py"),
        ("np.load(path, allow_pickle=False)", "model/new.py"),
        ("import_module('torch')", "model/new.py"),
        ("from .code import thing", "model/new.py"),
    ],
)
def test_rule_allows(text: str, path: str) -> None:
    assert list(violations(text, path)) == []


def test_every_exception_is_needed() -> None:
    for name in {*PROCESSES, *NAMED_IMPORTS, *OWN_FOLDER_READERS, *MODULE_PATHS}:
        assert list(violations(SOURCES[name], "blender_audio2face/other.py")) != [], name


def test_imports_of_the_package_are_relative() -> None:
    """An extension's name is Blender's choice, so nothing is imported by a full name."""
    own = {"blender_audio2face", "model", "tools", "tests", "bl_ext"}
    for path, text in SOURCES.items():
        for node in ast.walk(ast.parse(text)):
            assert not own & set(modules_of(node)), path
            # Docstrings may tell scripts how they find the extension; code may not.
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                is_code = "\n" not in node.value
                assert not (is_code and re.search(f"bl_ext|{MANIFEST['id']}", node.value)), path


def test_permissions_are_known_and_needed() -> None:
    texts = "\n".join(SOURCES.values())
    assert set(MANIFEST["permissions"]) == set(PERMISSIONS)
    for permission, module in PERMISSIONS.items():
        assert re.search(rf'^import {module}$|import(?:_module)?\("{module}"\)', texts, re.M), (
            permission
        )


def test_no_compiled_code_is_shipped() -> None:
    assert [path for path in FILES if path.suffix in COMPILED] == []
