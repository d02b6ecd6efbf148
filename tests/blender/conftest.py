"""The built zip, installed in the running bpy through Blender's own extension system.

Every test here starts with an empty scene and the extension enabled. Modules of the extension are
reached through the fixture: `importlib.import_module(f"{extension}.blender_audio2face.api")`.
"""

import importlib
import os
import shutil
import sys
import tempfile

import numpy as np
import pytest

from tests.support.extension import built_zip, install

_RESOURCES = None if "bpy" in sys.modules else tempfile.mkdtemp(prefix="audio2face-blender-")
"""Folder for the module's settings. A Blender application (tests/support/application.py) was
started with its own."""

if _RESOURCES is not None:  # before a conftest.py in a folder below imports bpy
    os.environ["BLENDER_USER_RESOURCES"] = _RESOURCES


def pytest_configure(config: pytest.Config) -> None:
    """Imports bpy before test modules import its addon_utils."""
    if _RESOURCES is None:
        return
    config.add_cleanup(lambda: _leave(config))  # comes last
    config.add_cleanup(lambda: shutil.rmtree(_RESOURCES, ignore_errors=True))
    import bpy  # noqa: F401


_STATUS = pytest.StashKey[int]()


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    session.config.stash[_STATUS] = int(exitstatus)


def _leave(config: pytest.Config) -> None:
    """Ends the process here: 4.5's module may hang in its own clean-up once it has played sound."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(config.stash.get(_STATUS, int(pytest.ExitCode.INTERNAL_ERROR)))


@pytest.fixture(scope="session")
def extension() -> str:
    """The name of the installed extension's module."""
    import bpy

    from tests.support.fresh_blender import IS_APPLICATION

    module = install(built_zip())
    if IS_APPLICATION:
        bpy.ops.wm.save_userpref()  # for the Blenders that tests start
    return module


@pytest.fixture(autouse=True)
def empty_scene(extension: str) -> None:
    """Start from the factory's scene, emptied; read_factory_settings would disable us."""
    import bpy

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


@pytest.fixture
def loud_jaw(extension: str, monkeypatch: pytest.MonkeyPatch):
    """Stands in for the network: jawOpen is 2 where the sound is loud (its slider ends at 1),
    browInnerUp is 0.5. ``heard`` are the samples."""
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

    inference = importlib.import_module(f"{extension}.blender_audio2face.core.analysis")
    monkeypatch.setattr(inference, "choose_runtime", lambda *_: LoudJaw())
    return LoudJaw
