"""Blender's own builder of extensions, run from inside the installed bpy wheel."""

import importlib.util
import subprocess
import sys
from pathlib import Path

from .archive import make_reproducible
from .errors import BuildError


def find_tool() -> Path:
    """The script blender_ext.py of the installed bpy, found without importing bpy.

    Raises BuildError where bpy is not installed for this Python.
    """
    spec = importlib.util.find_spec("bpy")
    for folder in spec.submodule_search_locations or () if spec else ():
        found = sorted(Path(folder).glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py"))
        if found:
            return found[-1]
    raise BuildError(
        f"Blender's extension builder was not found: install bpy for {sys.executable}, "
        "or build with `make build`."
    )


def build(source: Path, zip_path: Path) -> None:
    """Build `zip_path` from the extension in the folder `source` and validate it.

    The same files give the same bytes (`archive`).

    Raises BuildError where Blender's builder refuses; its own message is on the terminal.
    """
    tool = find_tool()
    zip_path.parent.mkdir(parents=True, exist_ok=True)
    _run(tool, "build", f"--source-dir={source}", f"--output-filepath={zip_path}")
    make_reproducible(zip_path)
    _run(tool, "validate", str(zip_path))


def _run(tool: Path, *arguments: str) -> None:
    command = [sys.executable, str(tool), *arguments]
    if subprocess.run(command, check=False).returncode:
        raise BuildError(f"Blender's extension tool refused to {arguments[0]}: see above.")
