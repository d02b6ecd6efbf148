"""Types of the rooms that import no bpy: `python -m tools.check_types`, part of `make lint`.

The repository's root is a package, whose name is that of the folder it lies in; mypy is shown it
under the name `a2f`, as tests/conftest.py does. What is asked for stands in pyproject.toml.
`tools.bpy_free` tells which rooms of the add-on they are.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from .bpy_free import ROOT, modules_without_bpy


def main() -> int:
    """mypy's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "a2f")
        package.symlink_to(ROOT, target_is_directory=True)
        command = [sys.executable, "-m", "mypy", f"--config-file={ROOT / 'pyproject.toml'}"]
        command += ["--explicit-package-bases", f"--cache-dir={ROOT / '.mypy_cache'}"]
        command += ["-p", "a2f.model"]
        for name in modules_without_bpy():
            command += ["-m", name]
        environment = {**os.environ, "MYPYPATH": folder}
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
