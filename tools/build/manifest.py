"""Reads blender_manifest.toml, and writes variants of it with other wheels or none."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

FILENAME = "blender_manifest.toml"
_WHEELS = re.compile(r"^wheels = \[.*?^\]\n", re.MULTILINE | re.DOTALL)


class BuildError(Exception):
    """A zip cannot be built; the message says what is missing and what to do."""


def extension_name(manifest: Path) -> str:
    """The stem of the zip's name: "<id>-<version>"."""
    fields = tomllib.loads(manifest.read_text("utf-8"))
    return f"{fields['id']}-{fields['version']}"


def wheel_names(manifest: Path) -> tuple[str, ...]:
    """File names of the wheels that the manifest lists."""
    fields = tomllib.loads(manifest.read_text("utf-8"))
    return tuple(PurePosixPath(path).name for path in fields.get("wheels", ()))


def without_wheels(text: str) -> str:
    """The manifest's text without its list of wheels, everything else unchanged.

    Raises:
        BuildError: the list is not one block from a line `wheels = [` to a line `]`.
    """
    return _replace_wheels(text, "", {})


def with_wheels(text: str, names: Sequence[str], platform: str) -> str:
    """The manifest's text with these wheels, for one platform; everything else unchanged.

    Raises:
        BuildError: as `without_wheels`.
    """
    paths = [f"./wheels/{name}" for name in names]
    lines = "".join(f'  "{path}",\n' for path in paths)
    block = f'platforms = ["{platform}"]\nwheels = [\n{lines}]\n'
    return _replace_wheels(text, block, {"platforms": [platform], "wheels": paths})


def _replace_wheels(text: str, block: str, fields: dict[str, object]) -> str:
    """Put ``block``, which parses as ``fields``, in place of the list of wheels."""
    changed = _WHEELS.sub(lambda _: block, text)
    others = {key: value for key, value in tomllib.loads(text).items() if key != "wheels"}
    if tomllib.loads(changed) != {**others, **fields}:
        raise BuildError(
            f'Cannot replace the wheels in {FILENAME}: start the list with "wheels = [" on a line '
            'of its own and end it with "]" on a line of its own.'
        )
    return changed
