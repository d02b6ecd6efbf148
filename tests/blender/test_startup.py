"""Registering pays only for what Blender shows: the rest is imported when it is used."""

import subprocess
import sys

import pytest

from tests.blender.extension import MODULE

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


@pytest.fixture(scope="module")
def rooms(extension: str) -> set[str]:
    """The add-on's modules imported by registering it, where WHEN_USED cannot be imported."""
    completed = subprocess.run(
        [sys.executable, "-c", ENABLE], capture_output=True, text=True, check=False
    )
    assert completed.returncode == 0, completed.stdout + completed.stderr
    prefix = f"{MODULE}.blender_audio2face."
    names = completed.stdout.split()
    return {name.removeprefix(prefix) for name in names if name.startswith(prefix)}


def test_what_takes_long_is_imported_when_it_is_used(rooms: set[str]) -> None:
    assert {"registration", "operators.bake", "panels.bake"} <= rooms


@pytest.mark.parametrize("room", ["actions", "shaping.keys", "rigs.preset", "bake", "inference"])
def test_no_room_that_only_a_bake_needs_is_imported(rooms: set[str], room: str) -> None:
    assert room not in rooms


def test_no_command_is_imported(rooms: set[str]) -> None:
    assert {room for room in rooms if room.startswith("cli.")} == {"cli.blender_command"}


def test_a_window_imports_the_bake_ahead_of_the_first_click(extension: str) -> None:
    warm_up = f"{MODULE}.blender_audio2face.warm_up"
    code = ENABLE.replace("print(*", f"sys.modules[{warm_up!r}]._import()\nprint(*")
    code = code.replace("sys.modules[name] = None", "pass")
    completed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    names = completed.stdout.split()
    assert {f"{MODULE}.blender_audio2face.{room}" for room in ("baking", "inference")} <= set(names)
