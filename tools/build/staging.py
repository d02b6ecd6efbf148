"""Lays out the files of one zip in a folder of their own."""

import os
import shutil
from pathlib import Path

from .errors import BuildError
from .manifest import FILENAME, wheel_names, without_wheels

SHIPPED = ("__init__.py", "LICENSE", "blender_audio2face", "model")
"""What runs inside Blender; the manifest and the wheels come on top."""

# 1980-01-01, the oldest time a zip can hold: the same sources then give the same bytes.
_TIMESTAMP = 315_532_800


def stage(root: Path, folder: Path, with_wheels: bool) -> None:
    """Copy what one variant of the extension holds from the repository `root` into `folder`.

    Raises BuildError where the weights or a shipped file are missing.
    """
    if not list((root / "model" / "weights").glob("*.npz")):
        raise BuildError(
            "model/weights/ holds no .npz file, so the extension would have no network: "
            "check the weights out again, or train them with `make train`."
        )
    folder.mkdir(parents=True)
    for name in SHIPPED:
        source = root / name
        if source.is_dir():
            shutil.copytree(
                source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*")
            )
        elif source.is_file():
            shutil.copyfile(source, folder / name)
        else:
            raise BuildError(f"{name} is missing from the repository's root: check it out again.")
    manifest = (root / FILENAME).read_text("utf-8")
    if with_wheels:
        (folder / "wheels").mkdir()
        for name in wheel_names(root / FILENAME):
            shutil.copyfile(root / "wheels" / name, folder / "wheels" / name)
    else:
        manifest = without_wheels(manifest)
    (folder / FILENAME).write_text(manifest, "utf-8")
    for path in folder.rglob("*"):
        os.utime(path, (_TIMESTAMP, _TIMESTAMP))
