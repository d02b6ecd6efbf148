"""Runs commands in this Blender.

In the bpy module a command is only registered, so its function is called with the file open.
"""

import importlib
import json
from pathlib import Path

import pytest


@pytest.fixture
def cli(extension: str, capsys: pytest.CaptureFixture[str]):
    """Opens a .blend, if one is given, and runs a command: (exit code, JSON result, stderr)."""
    module = importlib.import_module(f"{extension}.blender_audio2face.cli.blender_command")

    def run(blend: Path | None, *arguments: object) -> tuple[int, dict, str]:
        import bpy  # after tests/blender/conftest.py has chosen its settings

        if blend is not None:
            bpy.ops.wm.open_mainfile(filepath=str(blend))
        capsys.readouterr()
        code = module.run([*map(str, arguments), "--json"])
        printed = capsys.readouterr()
        lines = [line for line in printed.out.splitlines() if line.startswith("{")]
        return code, json.loads(lines[-1]) if lines else {}, printed.err

    return run
