"""Puts the built zip into a Blender that starts with empty settings."""

import os
from pathlib import Path

from tools.build.manifest import FILENAME, extension_name

ROOT = Path(__file__).resolve().parents[2]
MODULE = "bl_ext.user_default.audio2face_blender"


def built_zip(suffix: str = "") -> Path:
    """The zip that `make build` makes, or the one named in A2F_ZIP.

    Raises FileNotFoundError where it has not been built.
    """
    default = ROOT / "out" / "dist" / f"{extension_name(ROOT / FILENAME)}{suffix}.zip"
    path = default if suffix else Path(os.environ.get("A2F_ZIP", default))
    if not path.is_file():
        raise FileNotFoundError(f"{path} is not there: run `make build` first.")
    return path


def install(path: Path) -> str:
    """Install and enable the zip through Blender's extension system; the module's name.

    BLENDER_USER_RESOURCES has to name an empty folder before bpy's first import. Raises
    RuntimeError where Blender refuses the zip.
    """
    import addon_utils
    import bpy

    addon_utils.enable("bl_pkg", default_set=True)
    result = bpy.ops.extensions.package_install_files(
        repo="user_default", filepath=str(path), enable_on_install=True, overwrite=True
    )
    if result != {"FINISHED"} or not addon_utils.check(MODULE)[1]:
        raise RuntimeError(f"Blender did not enable {path}: its reason is above.")
    return MODULE
