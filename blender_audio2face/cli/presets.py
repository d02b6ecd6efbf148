"""``presets``: the rigs that are known. Imports no bpy."""

import argparse

from ...model.command.console import Console, Outcome
from ..core.rigs.preset import Preset, preset_with_id, presets


def list_presets(options: argparse.Namespace, _console: Console) -> Outcome:
    """All presets, or the controls of one. Raises PresetError for an unknown one."""
    if options.preset is None:
        listed = presets()
        text = "\n".join(f"{one.id:16} {one.kind:9} {one.label}" for one in listed)
        return Outcome(text, {"presets": [_described(one) for one in listed]})
    preset = preset_with_id(options.preset)
    outputs = [
        {"name": one.name, "need": one.need, "weights": dict(one.weights)} for one in preset.outputs
    ]
    text = "\n".join(
        [f"{preset.label}: {preset.about}", *(f"  {one.name}" for one in preset.outputs)]
    )
    return Outcome(text, {"preset": {**_described(preset), "outputs": outputs}})


def _described(preset: Preset) -> dict[str, object]:
    return {
        "id": preset.id,
        "label": preset.label,
        "kind": preset.kind,
        "about": preset.about,
        "controls": len(preset.outputs),
    }
