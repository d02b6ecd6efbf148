"""Resolves the weights file that a property names."""

from pathlib import Path

from ..errors import WeightsChoiceError
from .kept_paths import absolute


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
    if reason is not None:
        raise WeightsChoiceError(
            f'The network "{text}" {reason}: choose another file, '
            "or leave the field empty for the bundled one."
        )
    return path
