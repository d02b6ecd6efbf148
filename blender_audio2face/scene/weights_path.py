"""Resolves the weights file that a property names."""

import hashlib
from pathlib import Path

import bpy

from ..errors import WeightsChoiceError
from .kept_paths import absolute, packed_content


def chosen_weights(text: str) -> Path | None:
    """The weights file that a property names, None for the bundled network.

    ``//`` at the start is the folder of the .blend. What the file holds is checked when it is
    loaded (``model.weights_file``). Raises WeightsChoiceError where there is no such file.
    """

    from ...model.input_files import why_not_a_file

    if not text.strip():
        return None
    path = Path(absolute(text.strip()))
    reason = why_not_a_file(path)
    content = packed_content(str(path)) if reason is not None else None
    if content is not None:
        return _unpacked(path.name, content)
    if reason is not None:
        raise WeightsChoiceError(
            f'The network "{text}" {reason}: choose another file, '
            "or leave the field empty for the bundled one."
        )
    return path


def _unpacked(name: str, content: bytes) -> Path:
    """A packed weights file, in Blender's temporary folder."""
    digest = hashlib.blake2b(content, digest_size=12).hexdigest()
    path = Path(bpy.app.tempdir, f"audio2face-{digest}", name)
    if not path.is_file():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
    return path
