"""Lays out the files of one zip in a folder of their own."""

import shutil
from collections.abc import Sequence
from pathlib import Path

from .errors import BuildError
from .manifest import FILENAME

SHIPPED = ("__init__.py", "LICENSE", "blender_audio2face", "model")
"""What runs inside Blender; the manifest and the wheels come on top."""


def stage(root: Path, folder: Path, manifest: str, wheels: Sequence[Path] = ()) -> None:
    """Copy what one variant of the extension holds from the repository `root` into `folder`.

    `manifest` is the manifest's text, and lists `wheels` by their file names.

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
    if wheels:
        (folder / "wheels").mkdir()
        for wheel in wheels:
            shutil.copyfile(wheel, folder / "wheels" / wheel.name)
    (folder / FILENAME).write_text(manifest, "utf-8", newline="\n")
