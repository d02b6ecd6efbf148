"""What blender_manifest.toml says, and the same manifest with other wheels or none."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from .errors import BuildError

FILENAME = "blender_manifest.toml"
_WHEELS = re.compile(r"^wheels = \[.*?^\]\n", re.MULTILINE | re.DOTALL)


def extension_name(manifest: Path) -> str:
    """The stem of the zip's name: "<id>-<version>"."""
    fields = tomllib.loads(manifest.read_text("utf-8"))
    return f"{fields['id']}-{fields['version']}"


def wheel_names(manifest: Path) -> tuple[str, ...]:
    """File names of the wheels the manifest lists."""
    fields = tomllib.loads(manifest.read_text("utf-8"))
    return tuple(PurePosixPath(path).name for path in fields.get("wheels", ()))


def without_wheels(text: str) -> str:
    """The manifest's text without its list of wheels, all else as it was.

    Raises BuildError where the list is not written as one block from `wheels = [` to a lone `]`.
    """
    return _replaced(text, "", {})


def with_wheels(text: str, names: Sequence[str], platform: str) -> str:
    """The manifest's text with other wheels, for one platform alone, all else as it was.

    Raises BuildError as without_wheels does.
    """
    paths = [f"./wheels/{name}" for name in names]
    lines = "".join(f'  "{path}",\n' for path in paths)
    block = f'platforms = ["{platform}"]\nwheels = [\n{lines}]\n'
    return _replaced(text, block, {"platforms": [platform], "wheels": paths})


def _replaced(text: str, block: str, fields: dict[str, object]) -> str:
    """The text with ``block``, which says ``fields``, in place of the list of wheels."""
    changed = _WHEELS.sub(lambda _: block, text)
    others = {key: value for key, value in tomllib.loads(text).items() if key != "wheels"}
    if tomllib.loads(changed) != {**others, **fields}:
        raise BuildError(
            f'Cannot take the wheels out of {FILENAME}: start the list with "wheels = [" on a line '
            'of its own and end it with "]" on a line of its own.'
        )
    return changed
