"""Install the built zip the way a user does: through Blender's own extension system."""

import os
import subprocess
from pathlib import Path

REPOSITORY = "user_default"
MODULE = f"bl_ext.{REPOSITORY}.audio2face_blender"

_SCRIPT = f"""
import bpy, sys
bpy.ops.extensions.package_install_files(
    filepath=sys.argv[-1], repo="{REPOSITORY}", enable_on_install=True, overwrite=True
)
bpy.context.preferences.view.show_splash = False
bpy.ops.wm.save_userpref()
"""


def install_zip(path: Path) -> str:
    """Install and enable the extension in this process; return the name of its module.

    BLENDER_USER_RESOURCES must have named an empty folder before `bpy` was first imported. Raises
    RuntimeError when Blender refuses the zip; Blender's own messages say why.
    """
    import addon_utils
    import bpy

    addon_utils.enable("bl_pkg", default_set=True)
    result = bpy.ops.extensions.package_install_files(
        filepath=str(path), repo=REPOSITORY, enable_on_install=True, overwrite=True
    )
    if result != {"FINISHED"} or not addon_utils.check(MODULE)[1]:
        raise RuntimeError(f"Blender did not enable {path}: see its messages above.")
    return MODULE


def install_for(blender: str, path: Path, user_folder: Path) -> dict[str, str]:
    """Install the extension for an application `blender`; return the environment to start it in.

    Its settings are kept in `user_folder`. Raises CalledProcessError when Blender fails.
    """
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(user_folder)}
    command = (blender, "--background", "--factory-startup", "--python-exit-code", "1")
    script = ("--python-expr", _SCRIPT, "--", str(path.resolve()))
    subprocess.run((*command, *script), env=environment, check=True)
    return environment
