"""Registering pays only for what Blender shows: the rest is imported when it is used."""

from pathlib import Path

import pytest

from tests.blender.extension import MODULE
from tests.blender.fresh import run_script

WHEN_USED = ("torch", "soundfile", "soxr", "aud")

ENABLE = f"""
import sys
import bpy
for name in {WHEN_USED}:
    sys.modules[name] = None
import addon_utils
assert addon_utils.enable({MODULE!r}) is not None
print(*sys.modules)
"""


def imported_by(code: str, folder: Path) -> set[str]:
    """The add-on's modules that a Blender has imported which runs the code."""
    script = folder / "enable.py"
    script.write_text(code, "utf-8")
    completed = run_script(script)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    prefix = f"{MODULE}.blender_audio2face."
    names = completed.stdout.split()
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


@pytest.fixture(scope="module")
def rooms(extension: str, tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The add-on's modules imported by registering it, where WHEN_USED cannot be imported."""
    return imported_by(ENABLE, tmp_path_factory.mktemp("startup"))


def test_registering_imports_the_interface_without_what_is_missing(rooms: set[str]) -> None:
    assert {"registration", "ui.operators.bake", "ui.panels.bake"} <= rooms
