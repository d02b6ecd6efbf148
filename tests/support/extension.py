"""Finds the built zip, and puts it into a Blender that starts with empty settings."""

import os
from pathlib import Path

from tools.build.manifest import FILENAME, extension_name
from tools.demo.install import MODULE
from tools.demo.install import install_zip as install

__all__ = ["MODULE", "built_zip", "install"]

ROOT = Path(__file__).resolve().parents[2]


def built_zip(suffix: str = "") -> Path:
    """The zip that `make build` makes, or the one named in A2F_ZIP.

    Raises FileNotFoundError where it has not been built.
    """
    default = ROOT / "out" / "dist" / f"{extension_name(ROOT / FILENAME)}{suffix}.zip"
    path = default if suffix else Path(os.environ.get("A2F_ZIP", default))
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: run `make build` first.")
    return path
