"""Mappings and presets of rigs."""

import json

from a2f.blender_audio2face.core.rigs import mapping_file, preset
from a2f.blender_audio2face.errors import MappingError, PresetError

from .draws import spoilt_json, texts_of
from .target import Target, expect, expect_finite, file_with

_LINKS = [
    {"output": "jawOpen", "target": {"kind": "shape", "name": "Jaw"}, "multiplier": 2.0},
    {
        "output": "headYaw",
        "target": {"kind": "bone", "name": "head", "path": "rotation_quaternion", "component": 3,
                   "rest": 0.5, "extreme": -1.0},
        "offset": 0.1, "low": 0.0, "high": 1.0, "enabled": False,
    },
    {"output": "sealed", "target": {"kind": "property", "name": "lips", "path": "ctrl"}},
]  # fmt: skip
_MAPPING = {"format": mapping_file.FORMAT, "version": 1, "preset": "arkit", "links": _LINKS}
_PRESET = {
    "id": "one", "label": "One", "kind": "visemes", "about": "Nobody.", "minimum": 0.5,
    "outputs": [
        {"name": "A", "aliases": ["a"], "weights": {"jawOpen": 1.0}, "need": "extra"},
        {"name": "B", "weights": {"sealed": 1}, "unless": ["A"]},
    ],
}  # fmt: skip


def _check_mapping(text: str) -> None:
    mapping = mapping_file.loads(text)
    expect(mapping_file.loads(mapping_file.dumps(mapping)) == mapping, "another mapping once saved")
    for link in mapping.links:
        numbers = (link.multiplier, link.offset, link.low, link.high)
        expect_finite((*numbers, link.target.rest, link.target.extreme))
        (link.target.name + link.target.path).encode()


def _check_file(data: bytes) -> None:
    with file_with("mapping.json", data) as path:
        _check_mapping(mapping_file.dumps(mapping_file.load(path)))


def _check_preset(data: bytes) -> None:
    found = preset.read_preset(json.loads(spoilt_json(_PRESET, data)), "spoilt.json")
    for output in found.outputs:
        expect_finite(list(output.weights.values()))
    expect_finite(found.minimum)


TARGETS = (
    Target("mapping", lambda: texts_of(_MAPPING), _check_file, (MappingError,)),
    Target("mapping-document", lambda: [b""],
           lambda data: _check_mapping(spoilt_json(_MAPPING, data)), (MappingError,), 64),
    Target("preset-document", lambda: [b""], _check_preset, (PresetError,), 64),
)  # fmt: skip
