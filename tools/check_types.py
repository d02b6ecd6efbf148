"""Types of the rooms that import no bpy: `python -m tools.check_types`, part of `make lint`.

The repository's root is a package, whose name is that of the folder it lies in; mypy is shown it
under the name `a2f`, as tests/conftest.py does. What is asked for stands in pyproject.toml.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS = (
    "model", "blender_audio2face/rigs", "blender_audio2face/shaping",
    *(
        f"blender_audio2face/{name}.py"
        for name in (
            "audio", "bake_record", "channel_keys", "composing", "errors", "heard", "inference",
            "job", "kept", "plan", "pose_text", "report", "segments", "steps", "takes",
            "target_plan", "timing", "volume",
        )
    ),
)  # fmt: skip
"""Packages and modules that are checked."""


def main() -> int:
    """mypy's exit code."""
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder, "a2f")
        package.symlink_to(ROOT, target_is_directory=True)
        command = [sys.executable, "-m", "mypy", f"--config-file={ROOT / 'pyproject.toml'}"]
        command += ["--explicit-package-bases", f"--cache-dir={ROOT / '.mypy_cache'}"]
        command += [*(f"a2f/{room}" for room in ROOMS)]
        environment = {**os.environ, "MYPYPATH": folder}
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
