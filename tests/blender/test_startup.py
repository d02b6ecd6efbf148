"""Registering pays only for what Blender shows: the rest is imported when it is used."""

from pathlib import Path

import pytest

from tests.blender.extension import MODULE
from tests.blender.fresh import run_script

WHEN_USED = ("torch", "soundfile", "soxr", "aud", "numpy", "argparse", "zipfile")

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


def test_what_takes_long_is_imported_when_it_is_used(rooms: set[str]) -> None:
    assert {"registration", "operators.bake", "panels.bake"} <= rooms


@pytest.mark.parametrize("room", ["actions", "shaping.keys", "rigs.preset", "bake", "inference"])
def test_no_room_that_only_a_bake_needs_is_imported(rooms: set[str], room: str) -> None:
    assert room not in rooms


def test_no_command_is_imported(rooms: set[str]) -> None:
    assert {room for room in rooms if room.startswith("cli.")} == {"cli.blender_command"}


def test_a_window_imports_the_bake_ahead_of_the_first_click(extension: str, tmp_path: Path) -> None:
    warm_up = f"{MODULE}.blender_audio2face.warm_up"
    code = ENABLE.replace("print(*", f"sys.modules[{warm_up!r}]._import()\nprint(*")
    code = code.replace("sys.modules[name] = None", "pass")
    assert {"baking", "inference"} <= imported_by(code, tmp_path)
