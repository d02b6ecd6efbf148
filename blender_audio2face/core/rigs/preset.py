"""Common rigs as data: `presets/*.json`.

A preset lists a rig's *outputs*: its controls, their possible names, and what each of them is made
of, as weights of channels or of features derived from them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ....model.errors import quoted
from ...errors import PresetError

FOLDER = Path(__file__).parent / "presets"


@dataclass(frozen=True)
class BoneMove:
    """What an output at 1 does to a pose bone, in the axes of a character that looks along -Y.

    Attributes:
        bone: its name.
        move: translation, in the preset's unit.
        turn: rotation about X, Y and Z, in degrees.
        meet: a bone towards which it is moved instead, or "".
        share: of the way to that bone.
    """

    bone: str
    move: tuple[float, ...] = (0.0, 0.0, 0.0)
    turn: tuple[float, ...] = (0.0, 0.0, 0.0)
    meet: str = ""
    share: float = 1.0


@dataclass(frozen=True)
class Output:
    """One control of a rig.

    Attributes:
        name: its main name.
        aliases: other names, besides other spellings of the same words.
        weights: channel or derived feature → factor; the output is their sum.
        need: "essential" for speech, "optional", or "extra" (never reported as missing).
        unless: outputs that replace this one where any of them is found.
        bones: what it moves, of a preset of bones.
    """

    name: str
    aliases: tuple[str, ...]
    weights: Mapping[str, float]
    need: str = "essential"
    unless: tuple[str, ...] = ()
    bones: tuple[BoneMove, ...] = ()


@dataclass(frozen=True)
class Preset:
    """A rig that many characters have.

    Attributes:
        id: its name in files.
        label: its name for people.
        kind: "channels": a control for each movement; "visemes": a control for each kind of mouth;
            "bones": pose bones, a few for each movement.
        outputs: its controls.
        about: who uses it, and how it is recognised.
        minimum: the least share of its essential controls that a character of this rig has.
        unit: two bones whose distance is the unit of a bone's move.
    """

    id: str
    label: str
    kind: str
    outputs: tuple[Output, ...]
    about: str = ""
    minimum: float = 0.0
    unit: tuple[str, str] | None = None

    def output(self, name: str) -> Output | None:
        """The output of that name, or None."""
        return next((output for output in self.outputs if output.name == name), None)


@cache
def presets() -> tuple[Preset, ...]:
    """Every preset of the extension, the most general first."""
    read = [json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))]
    return tuple(_preset(data) for data in sorted(read, key=lambda data: data["order"]))


def preset_with_id(preset_id: str) -> Preset:
    """The preset of that id. Raises PresetError when there is none."""
    for preset in presets():
        if preset.id == preset_id:
            return preset
    known = ", ".join(preset.id for preset in presets())
    raise PresetError(f"There is no rig preset {quoted(preset_id)}: choose one of {known}.")


def _preset(data: dict[str, Any]) -> Preset:
    outputs = tuple(
        Output(
            item["name"],
            tuple(item.get("aliases", ())),
            {name: float(factor) for name, factor in item["weights"].items()},
            item.get("need", "essential"),
            tuple(item.get("unless", ())),
            tuple(_bone_move(name, move) for name, move in item.get("bones", {}).items()),
        )
        for item in data["outputs"]
    )
    unit = tuple(data["unit"]) if "unit" in data else None
    return Preset(
        data["id"],
        data["label"],
        data["kind"],
        outputs,
        data["about"],
        data.get("minimum", 0.0),
        unit,
    )


def _bone_move(bone: str, data: dict[str, Any]) -> BoneMove:
    still = (0.0, 0.0, 0.0)
    return BoneMove(
        bone,
        tuple(map(float, data.get("move", still))),
        tuple(map(float, data.get("turn", still))),
        data.get("meet", ""),
        float(data.get("share", 1.0)),
    )
