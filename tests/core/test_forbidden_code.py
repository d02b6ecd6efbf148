"""What no file that is shipped may do, read from its syntax: each rule refuses what it should.

SECURITY.md promises this; what a rule lets through, and why, stands beside it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.build.staging import SHIPPED

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path
    for name in SHIPPED
    for path in ([ROOT / name] if name.endswith(".py") else (ROOT / name).rglob("*.py"))
)

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
WIRE = "blender_audio2face/realtime/wire/"
"""The one room that may open sockets, once the artist starts it."""

PROCESSES = {"model/command/batch/pool.py", "model/command/two_processes.py"}
"""Starts workers, which are Blender again or Python again, by a list of arguments."""

NAMED_IMPORTS = {
    "blender_audio2face/warm_up.py": "rooms of this package, listed there",
    "model/optional.py": "its callers name the package, and are looked at as importers are",
}
"""Files that import by a name that is no constant, and where the name comes from."""

OWN_FOLDER_READERS = {
    "blender_audio2face/demo_head/asset.py",
    "blender_audio2face/demo_head/speech.py",
    "blender_audio2face/rigs/preset.py",
    "model/__main__.py",
    "model/command/job_record.py",
    "model/command/two_processes.py",
    "model/weights_file.py",
}
"""Files that know their own folder; each only reads there (test_own_folder, in tests/blender)."""


def dotted(node: ast.AST) -> str:
    """`a.b.c` of names and attributes; an empty text for other expressions."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return ""


def option(call: ast.Call, name: str) -> object:
    """A keyword's constant value; None where it is not given, ... where it is no constant."""
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


def faults(text: str, path: str) -> Iterator[str]:
    """What a file does that it may not, each with its line."""
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
        if isinstance(node, ast.Call):
            yield from (f"{where} {fault}" for fault in call_faults(node, path))


def call_faults(call: ast.Call, path: str) -> Iterator[str]:
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


def test_every_shipped_file_keeps_to_the_rules() -> None:
    assert len(FILES) > 150
    found = [
        fault
        for path in FILES
        for fault in faults(path.read_text("utf-8"), path.relative_to(ROOT).as_posix())
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "eval('1')",
        "exec(text)",
        "__import__('os')",
        "import pickle",
        "from marshal import loads",
        "def f():\n    import urllib.request",
        "import http.client",
        "import requests",
        "import socket",
        "from select import select",
        "import os\nos.system('ls')",
        "import subprocess",
        "run(command, shell=True)",
        "run(command, shell=shell)",
        "np.load(path)",
        "np.load(path, allow_pickle=True)",
        "np.load(path, allow_pickle=choice)",
        "archive.read(allow_pickle=True)",
        "importlib.import_module(name)",
        "optional_import(module)",
        "bpy.ops.wm.open_mainfile(filepath=path, use_scripts=True)",
        "bpy.ops.text.run_script()",
        "zip_file.extractall(folder)",
        "folder = Path(__file__).parent",
        "import ctypes",
    ],
)
def test_a_rule_refuses(text: str) -> None:
    assert list(faults(text, "blender_audio2face/new.py")) != []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("import socket", WIRE + "sender.py"),
        ("import subprocess", "model/command/batch/pool.py"),
        ("np.load(path, allow_pickle=False)", "model/new.py"),
        ("import_module('torch')", "model/new.py"),
        ("from .code import thing", "model/new.py"),
    ],
)
def test_a_rule_lets_through(text: str, path: str) -> None:
    assert list(faults(text, path)) == []


def test_the_exceptions_are_needed() -> None:
    for name in {*PROCESSES, *NAMED_IMPORTS, *OWN_FOLDER_READERS}:
        text = (ROOT / name).read_text("utf-8")
        assert list(faults(text, "blender_audio2face/other.py")) != [], name


def test_only_relative_imports_reach_the_package_itself() -> None:
    """An extension's name is Blender's choice, so nothing may be imported by a full name."""
    own = {"blender_audio2face", "model", "tools", "tests", "bl_ext"}
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not own & set(modules_of(node)), path
