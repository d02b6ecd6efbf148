"""The built zip, installed in the running bpy through Blender's own extension system.

Every test here starts with an empty scene and the extension enabled. Modules of the extension are
reached through the fixture: `importlib.import_module(f"{extension}.blender_audio2face.plan")`.
"""

import importlib
import os
import shutil
import tempfile

import numpy as np
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


@pytest.fixture
def loud_jaw(extension: str, monkeypatch: pytest.MonkeyPatch):
    """Takes the network's place: jawOpen is 2 where it is loud (its slider ends at 1), browInnerUp
    is 0.5; so what is keyed shows what was heard, and when."""
    curves = importlib.import_module(f"{extension}.model.curves")

    class LoudJaw:
        name, device, remark = "fake", "cpu", None
        heard: np.ndarray

        def predict_blocks(self, blocks, seconds=None, on_progress=None):
            LoudJaw.heard = samples = np.concatenate(list(blocks))
            on_progress(0.5)
            rows = len(samples) // 160
            loud = np.abs(samples[: rows * 160]).reshape(rows, 160).max(axis=1) > 0.1
            columns = [2.0 * loud, np.full(rows, 0.5), np.zeros(rows)]
            values = np.stack(columns, axis=1).astype(np.float32)
            return curves.Curves(("jawOpen", "browInnerUp", "mouthClose"), 100.0, values)

    inference = importlib.import_module(f"{extension}.blender_audio2face.inference")
    monkeypatch.setattr(inference, "choose_runtime", lambda *_: LoudJaw())
    return LoudJaw
