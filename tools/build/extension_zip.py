"""Builds one zip: stages its files, runs Blender's own builder, makes the bytes reproducible."""

import importlib.util
import shutil
import stat
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

from .manifest import FILENAME, BuildError, extension_name

SHIPPED = ("__init__.py", "LICENSE", "blender_audio2face", "model")
"""What runs inside Blender; the manifest and the wheels are added."""

_OLDEST_TIME = (1980, 1, 1, 0, 0, 0)
"""The earliest time stamp that a zip can hold."""

_UNIX = 3
_MODE = (stat.S_IFREG | 0o644) << 16


def build_zip(
    root: Path, output: Path, suffix: str, manifest: str, wheels: Sequence[Path] = ()
) -> Path:
    """Build and validate one variant of the extension in ``root``; return the zip's path.

    Args:
        root: the repository.
        output: folder of the zip, made if need be.
        suffix: of the zip's name.
        manifest: its text, which lists ``wheels`` by their file names.
        wheels: files to bundle.

    Raises:
        BuildError: a file is missing, or Blender's builder refuses.
    """
    zip_path = output / f"{extension_name(root / FILENAME)}{suffix}.zip"
    output.mkdir(parents=True, exist_ok=True)
    # Beside the zip: gigabytes of wheels may be more than the system's temporary folder holds.
    with tempfile.TemporaryDirectory(dir=output, prefix=".staging-") as temporary:
        folder = Path(temporary) / "extension"
        stage(root, folder, manifest, wheels)
        run_blender_tool("build", f"--source-dir={folder}", f"--output-filepath={zip_path}")
    make_reproducible(zip_path)
    run_blender_tool("validate", str(zip_path))
    return zip_path


def stage(root: Path, folder: Path, manifest: str, wheels: Sequence[Path] = ()) -> None:
    """Copy what one variant of the extension holds from the repository `root` into `folder`.

    Raises:
        BuildError: the weights or a shipped file are missing.
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


def run_blender_tool(*arguments: str) -> None:
    """Run blender_ext.py of the installed bpy, found without importing bpy.

    Raises:
        BuildError: bpy is not installed for this Python, or the tool refuses.
    """
    spec = importlib.util.find_spec("bpy")
    folders = spec.submodule_search_locations or () if spec else ()
    tools = [
        tool
        for folder in folders
        for tool in Path(folder).glob("*/scripts/addons_core/bl_pkg/cli/blender_ext.py")
    ]
    if not tools:
        raise BuildError(
            f"Blender's extension builder was not found: install bpy for {sys.executable}, "
            "or build with `make build`."
        )
    command = [sys.executable, str(tools[0]), *arguments]
    if subprocess.run(command, check=False).returncode:
        raise BuildError(f"Blender's extension tool refused to {arguments[0]}: see above.")


def make_reproducible(zip_path: Path) -> None:
    """Rewrite a zip with its files sorted by name, all with the same time and mode.

    Blender's builder stores files as the disk lists them. Afterwards the bytes depend only on the
    files and on Python's zlib, not on folder, umask, time zone or locale.
    """
    temporary = zip_path.with_name(f".{zip_path.name}.sorted")
    try:
        with zipfile.ZipFile(zip_path) as source, zipfile.ZipFile(temporary, "w") as sorted_zip:
            for entry in sorted(source.infolist(), key=lambda entry: entry.filename):
                copy = zipfile.ZipInfo(entry.filename, _OLDEST_TIME)
                copy.create_system, copy.external_attr = _UNIX, _MODE
                copy.compress_type = entry.compress_type
                sorted_zip.writestr(copy, source.read(entry), compresslevel=9)
        temporary.replace(zip_path)
    finally:
        temporary.unlink(missing_ok=True)
