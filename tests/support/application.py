"""The tests of `tests/blender` in a Blender application instead of its Python module:

    python -m tests.support.application BLENDER [arguments of pytest]

Blender's own Python runs them, with pytest from a folder of its own; settings and extensions are
those of an empty user folder. Blender runs this file too, to hand over to pytest.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("pytest", "packaging")
"""What the tests need of Python packages; both are pure Python."""


def main() -> int:
    """Starts Blender; pytest's exit code."""
    if len(sys.argv) < 2:
        print(
            "usage: python -m tests.support.application BLENDER [arguments of pytest]",
            file=sys.stderr,
        )
        return 2
    blender, *words = sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="audio2face-application-") as folder:
        packages = Path(folder, "packages")
        install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        pinned = f"--constraint={ROOT / 'requirements' / 'constraints.txt'}"
        subprocess.run(
            (sys.executable, *install, pinned, f"--target={packages}", *PACKAGES), check=True
        )
        environment = {
            **os.environ,
            "BLENDER_USER_RESOURCES": str(Path(folder, "user")),
            "PYTHONPATH": str(packages),
        }
        command = (blender, "--background", "--factory-startup", "--python", __file__, "--")
        return subprocess.run(
            (*command, *(words or ("tests/blender",))), cwd=ROOT, env=environment, check=False
        ).returncode


def inside() -> None:
    """Runs pytest in this Blender, and ends it with pytest's exit code."""
    sys.path[:0] = [str(ROOT), os.environ["PYTHONPATH"]]
    import pytest

    code = pytest.main(sys.argv[sys.argv.index("--") + 1 :])
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(int(code))  # quitting Blender would end with 0


if __name__ == "__main__":
    if "bpy" in sys.modules:
        inside()
    else:
        sys.exit(main())
