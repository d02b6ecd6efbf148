"""Python in a Blender of its own, whether this one is a Python module or an application."""

import subprocess
import sys
from pathlib import Path

import bpy
import pytest

IS_APPLICATION = Path(bpy.app.binary_path).is_file()
needs_module = pytest.mark.skipif(IS_APPLICATION, reason="this Blender is no Python module")


def run_script(script: Path, *arguments: str, **options: object) -> subprocess.CompletedProcess:
    """Runs a script that may import bpy; what follows "--" in its sys.argv are the arguments.

    Settings are Blender's own, extensions those of BLENDER_USER_RESOURCES. ``options`` are those of
    ``subprocess.run``.
    """
    start = (sys.executable, str(script))
    if IS_APPLICATION:
        start = (bpy.app.binary_path, "--background", "--factory-startup")
        start = (*start, "--python-exit-code", "1", "--python", str(script))
    return subprocess.run(
        (*start, "--", *arguments), capture_output=True, text=True, check=False, **options
    )
