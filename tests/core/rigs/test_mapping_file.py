"""Mapping files: saved and loaded unchanged, and refused in one sentence."""

import json

import pytest
from a2f.blender_audio2face.core.rigs.mapping import Link, Mapping, Target, automatic
from a2f.blender_audio2face.core.rigs.mapping_file import dumps, loads
from a2f.blender_audio2face.core.rigs.preset import presets
from a2f.blender_audio2face.errors import MappingError

GOOD = {
    "format": "audio2face-mapping",
    "version": 1,
    "preset": "arkit",
    "links": [{"output": "jawOpen", "target": {"kind": "shape", "name": "Jaw"}}],
}


@pytest.mark.parametrize("preset", presets(), ids=lambda preset: preset.id)
def test_mapping_of_each_preset_round_trips(preset) -> None:
    mapping = automatic([output.name for output in preset.outputs], preset.id)
    assert mapping.links
    assert loads(dumps(mapping)) == mapping


def test_every_field_round_trips() -> None:
    mapping = Mapping(
        None,
        (
            Link("jawOpen", Target("shape", 'Mund "auf" ü'), 1.5, -0.1, 0.0, 0.9, False),
            Link("headYaw", Target("bone", "head", "rotation_quaternion", 3, 0.1, -0.7)),
            Link("sealed", Target("property", "lips", "ctrl_mouth", 0, 2.0, 3.0)),
            Link("rounding", Target("property", "round")),
            Link("jawOpen", Target("bone", "jaw", "scale", 2)),
        ),
    )
    assert loads(dumps(mapping)) == mapping


def test_defaults_are_left_out() -> None:
    mapping = Mapping("arkit", (Link("jawOpen", Target("shape", "Jaw")),))
    assert json.loads(dumps(mapping)) == GOOD


def changed(**changes: object) -> dict:
    return {**GOOD, **changes}


def link(**changes: object) -> dict:
    return changed(links=[{**GOOD["links"][0], **changes}])


def target(**changes: object) -> dict:
    return link(target={**GOOD["links"][0]["target"], **changes})


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "not a mapping saved by this extension"),
        (changed(format="other"), "not a mapping saved by this extension"),
        (changed(version=2), "version 2, and this release reads version 1"),
        (changed(more=1), 'unknown entry "more" in the file'),
        (changed(preset="fox"), 'no rig preset "fox"'),
        (changed(preset=3), "has to be the name of a preset, or null"),
        (changed(links={}), '"links" .* has to be a list'),
        (changed(links=[3]), "link 1 has to be an object"),
        (link(output="jawOpened"), 'unknown output "jawOpened" in link 1'),
        (link(output="viseme_aa"), 'unknown output "viseme_aa" in link 1'),
        (link(output=None), '"output" of link 1 has to be a name'),
        (link(code="print()"), 'unknown entry "code" in link 1'),
        (link(multiplier=True), '"multiplier" of link 1 has to be a number'),
        (link(offset=10**400), '"offset" of link 1 has to be a number'),
        (link(low=float("nan")), '"low" of link 1 has to be a number'),
        (link(low=2, high=1), "link 1 has a low bound above its high bound"),
        (link(enabled=1), '"enabled" of link 1 has to be true or false'),
        (link(target="Jaw"), "the target of link 1 has to be an object"),
        (target(kind="node"), '"kind" of the target of link 1 has to be one of shape, bone'),
        (target(name=""), '"name" of the target of link 1 has to be a name'),
        (target(kind="bone", path="hide"), 'has no component 0 of "hide": bones have location'),
        (target(kind="bone", path="scale", component=3), 'has no component 3 of "scale"'),
        (target(component=True), "its component a whole number"),
        (target(rest=float("inf")), '"rest" of the target of link 1 has to be a number'),
    ],
)
def test_unknown_or_wrong_entry_is_refused(document: object, sentence: str) -> None:
    with pytest.raises(MappingError, match=sentence) as caught:
        loads(json.dumps(document))
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, '{"format": "audio2face-mapping"', "\0"])
def test_text_that_is_not_json_is_refused(text: str) -> None:
    with pytest.raises(MappingError, match=r"not valid JSON|not a mapping"):
        loads(text)


def test_huge_file_is_refused() -> None:
    with pytest.raises(MappingError, match="larger than any rig needs"):
        loads(" " * 4_000_001)
