"""The built zip, installed in the running bpy through Blender's own extension system.

Every test here starts with an empty scene and the extension enabled. Modules of the extension are
reached through the fixture: `importlib.import_module(f"{extension}.blender_audio2face.plan")`.
"""

import os
import shutil
import tempfile

import pytest

from tests.blender.extension import built_zip, install


def pytest_configure(config: pytest.Config) -> None:
    """Import bpy with settings of its own, before test modules import it and its addon_utils."""
    resources = tempfile.mkdtemp(prefix="audio2face-blender-")
    os.environ["BLENDER_USER_RESOURCES"] = resources
    config.add_cleanup(lambda: shutil.rmtree(resources, ignore_errors=True))
    import bpy  # noqa: F401


@pytest.fixture(scope="session")
def extension() -> str:
    """The name of the installed extension's module."""
    return install(built_zip())


@pytest.fixture(autouse=True)
def empty_scene(extension: str) -> None:
    """Start from the factory's scene, emptied; read_factory_settings would disable us."""
    import bpy

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
