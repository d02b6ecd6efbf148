"""Install the built zip the way a user does: through Blender's own extension system."""

from pathlib import Path

REPOSITORY = "user_default"
MODULE = f"bl_ext.{REPOSITORY}.audio2face_blender"


def install_zip(path: Path) -> str:
    """Install and enable the extension in `path`; return the name of its module.

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
