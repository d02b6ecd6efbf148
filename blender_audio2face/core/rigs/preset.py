"""Common rigs as data: `presets/*.json`.

A preset lists a rig's *outputs*: its controls, their possible names, and what each of them is made
of, as weights of channels or of features derived from them.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ....model.channels import ARKIT_52
from ....model.errors import one_line, quoted
from ...errors import PresetError
from .visemes import DERIVED

FOLDER = Path(__file__).parent / "presets"

KINDS = ("channels", "visemes")
NEEDS = ("essential", "optional", "extra")


@dataclass(frozen=True)
class Output:
    """One control of a rig.

    Attributes:
        name: its main name.
        aliases: other names, besides other spellings of the same words.
        weights: channel or derived feature → factor; the output is their sum.
        need: "essential" for speech, "optional", or "extra" (never reported as missing).
        unless: outputs that replace this one where any of them is found.
    """

    name: str
    aliases: tuple[str, ...]
    weights: Mapping[str, float]
    need: str = "essential"
    unless: tuple[str, ...] = ()


@dataclass(frozen=True)
class Preset:
    """A rig that many characters have.

    Attributes:
        id: its name in files.
        label: its name for people.
        kind: "channels": a control for each movement; "visemes": a control for each kind of mouth.
        outputs: its controls.
        about: who uses it, and how it is recognised.
        minimum: the least share of its essential controls that a character of this rig has.
    """

    id: str
    label: str
    kind: str
    outputs: tuple[Output, ...]
    about: str = ""
    minimum: float = 0.0

    def output(self, name: str) -> Output | None:
        """The output of that name, or None."""
        return next((output for output in self.outputs if output.name == name), None)


@cache
def presets() -> tuple[Preset, ...]:
    """Every preset of the extension, the most general first. Raises PresetError for a bad file."""
    read = [(path, json.loads(path.read_text("utf-8"))) for path in sorted(FOLDER.glob("*.json"))]
    read.sort(key=lambda pair: pair[1].get("order", 0))
    return tuple(read_preset(data, path.name) for path, data in read)


def preset_with_id(preset_id: str) -> Preset:
    """The preset of that id. Raises PresetError when there is none."""
    for preset in presets():
        if preset.id == preset_id:
            return preset
    known = ", ".join(preset.id for preset in presets())
    raise PresetError(f"There is no rig preset {quoted(preset_id)}: choose one of {known}.")


def read_preset(data: Mapping, source: str) -> Preset:
    """A preset from its JSON object.

    Args:
        data: the object.
        source: the file's name, for messages.

    Raises:
        PresetError: something is missing, or a weight names no channel or feature.
    """
    try:
        outputs = tuple(
            Output(
                _text(item["name"]),
                _texts(item.get("aliases", [])),
                {name: _number(factor) for name, factor in item["weights"].items()},
                item.get("need", "essential"),
                _texts(item.get("unless", [])),
            )
            for item in data["outputs"]
        )
        preset = Preset(
            _text(data["id"]),
            _text(data["label"]),
            data["kind"],
            outputs,
            _text(data.get("about", "")),
            _number(data.get("minimum", 0.0)),
        )
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise PresetError(
            f"Rig preset {source} cannot be read: {one_line(repr(error))}."
        ) from error
    names = [output.name for output in outputs]
    if preset.kind not in KINDS or len(set(names)) != len(names):
        raise PresetError(f"Rig preset {source} has an unknown kind, or an output twice.")
    for output in outputs:
        unknown = [name for name in output.weights if name not in (*ARKIT_52, *DERIVED)]
        if unknown or not output.weights or output.need not in NEEDS:
            raise PresetError(
                f"Output {quoted(output.name)} of rig preset {source} needs weights of channels or "
                f"features and a known need; it has {quoted(', '.join(unknown) or output.need)}."
            )
        if any(name not in names for name in output.unless):
            raise PresetError(
                f"Output {quoted(output.name)} of {source} gives way to an unknown output."
            )
    return preset


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not text")
    return value


def _number(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(f"{value!r} is not a number")
    return float(value)


def _texts(values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError(f"{values!r} is not a list")
    return tuple(map(_text, values))
