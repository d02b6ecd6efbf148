"""A mapping as a JSON file that people can read and edit, checked when it is loaded.

Unknown entries are refused, and the message names the place.
"""

import json
from collections.abc import Mapping as JsonObject
from pathlib import Path

from ....model.errors import one_line, quoted
from ....model.input_files import why_not_a_file
from ...errors import MappingError, PresetError
from . import LIMIT
from .mapping import BONE_PATHS, KINDS, Link, Mapping, Target, known_outputs
from .preset import Preset, preset_with_id

FORMAT = "audio2face-mapping"
VERSION = 1
_MAX_CHARACTERS = 4_000_000
_MAX_LINKS = 20_000
_LINK_DEFAULTS = {"multiplier": 1.0, "offset": 0.0, "low": -LIMIT, "high": LIMIT}


def dumps(mapping: Mapping) -> str:
    """The text of a mapping's file. Values at their defaults, and links without a target, are left
    out."""
    document = {
        "format": FORMAT,
        "version": VERSION,
        "preset": mapping.preset_id,
        "links": [_link_object(link) for link in mapping.links if link.target.name],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def load(path: Path) -> Mapping:
    """The mapping in a file. Raises MappingError where it cannot be read or is not a mapping."""
    reason = why_not_a_file(path)
    if reason is not None:
        raise MappingError(f'The mapping file "{path}" {reason}: choose another.')
    try:
        with path.open(encoding="utf-8") as file:
            return loads(file.read(_MAX_CHARACTERS + 1))
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError(
            f'The mapping file "{path}" cannot be read ({error}): choose another.'
        ) from error


def loads(text: str) -> Mapping:
    """The mapping in a file's text.

    Raises:
        MappingError: the sentence says what is wrong, and where.
    """
    if len(text) > _MAX_CHARACTERS:
        raise MappingError("The mapping file is larger than any rig needs: choose another file.")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MappingError(f"The mapping file is not valid JSON: {error}.") from error
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise MappingError(
            f'The file is not a mapping saved by this extension: "format" has to be "{FORMAT}".'
        )
    version = document.get("version")
    if version != VERSION:
        raise MappingError(
            f"The mapping file has version {one_line(repr(version), 40)}, and this release "
            f"reads version {VERSION}: update the extension, or save the mapping again."
        )
    _object(document, "the file", ("format", "version", "preset", "links"))
    preset = _preset(document.get("preset"))
    links = document.get("links")
    if not isinstance(links, list) or len(links) > _MAX_LINKS:
        raise MappingError(f'"links" in the mapping file has to be a list of up to {_MAX_LINKS}.')
    outputs = set(known_outputs(preset))
    return Mapping(
        preset.id if preset is not None else None,
        tuple(_link(item, f"link {place}", outputs) for place, item in enumerate(links, 1)),
    )


def _link_object(link: Link) -> dict:
    target: dict[str, object] = {"kind": link.target.kind, "name": link.target.name}
    if link.target.kind != "shape":
        target |= {"path": link.target.path, "component": link.target.component}
    if (link.target.rest, link.target.extreme) != (0.0, 1.0):
        target |= {"rest": link.target.rest, "extreme": link.target.extreme}
    item: dict[str, object] = {"output": link.output, "target": target}
    for name, default in _LINK_DEFAULTS.items():
        if getattr(link, name) != default:
            item[name] = getattr(link, name)
    if not link.enabled:
        item["enabled"] = False
    return item


def _preset(preset_id: object) -> Preset | None:
    if preset_id is None:
        return None
    if not isinstance(preset_id, str):
        raise MappingError('"preset" in the mapping file has to be the name of a preset, or null.')
    try:
        return preset_with_id(preset_id)
    except PresetError as error:
        raise MappingError(f"The mapping file cannot be used here. {error}") from error


def _link(item: object, where: str, outputs: set[str]) -> Link:
    link = _object(item, where, ("output", "target", "enabled", *_LINK_DEFAULTS))
    output = _text(link, "output", where)
    if output not in outputs:
        raise MappingError(f"The mapping file names an unknown output {quoted(output)} in {where}.")
    numbers = {
        name: _number(link, name, default, where) for name, default in _LINK_DEFAULTS.items()
    }
    if numbers["low"] > numbers["high"]:
        raise MappingError(f"In the mapping file, {where} has a low bound above its high bound.")
    enabled = link.get("enabled", True)
    if not isinstance(enabled, bool):
        raise MappingError(f'In the mapping file, "enabled" of {where} has to be true or false.')
    return Link(output, _target(link.get("target"), where), **numbers, enabled=enabled)


def _target(item: object, where: str) -> Target:
    where = f"the target of {where}"
    target = _object(item, where, ("kind", "name", "path", "component", "rest", "extreme"))
    kind = target.get("kind")
    if kind not in KINDS:
        raise MappingError(f'"kind" of {where} has to be one of {", ".join(KINDS)}.')
    path, component = target.get("path", ""), target.get("component", 0)
    if not _can_be_stored(path) or type(component) is not int:
        raise MappingError(f"The path of {where} has to be text, its component a whole number.")
    size = {"shape": 1, "property": 32}.get(kind, BONE_PATHS.get(path, 0))
    if not 0 <= component < size:
        raise MappingError(
            f"{where.capitalize()} has no component {component} of {quoted(path)}: bones have "
            f"{', '.join(BONE_PATHS)}."
        )
    rest = _number(target, "rest", 0.0, where)
    extreme = _number(target, "extreme", 1.0, where)
    return Target(kind, _text(target, "name", where), path, component, rest, extreme)


def _object(item: object, where: str, known: tuple[str, ...]) -> JsonObject:
    """A JSON object that has no other entries than the known."""
    if not isinstance(item, dict):
        raise MappingError(f"In the mapping file, {where} has to be an object in braces.")
    unknown = next((name for name in item if name not in known), None)
    if unknown is not None:
        raise MappingError(f"The mapping file has an unknown entry {quoted(unknown)} in {where}.")
    return item


def _text(item: JsonObject, name: str, where: str) -> str:
    value = item.get(name)
    if not value or not _can_be_stored(value):
        raise MappingError(f'In the mapping file, "{name}" of {where} has to be a name.')
    return value


def _can_be_stored(value: object) -> bool:
    """Whether a .blend can hold it as text: not with NUL or lone surrogates."""
    return (
        isinstance(value, str)
        and "\0" not in value
        and not any("\ud800" <= letter <= "\udfff" for letter in value)
    )


def _number(item: JsonObject, name: str, default: float, where: str) -> float:
    value = item.get(name, default)
    if type(value) not in (int, float) or not abs(value) <= 1e6:
        raise MappingError(f'In the mapping file, "{name}" of {where} has to be a number.')
    return float(value)
