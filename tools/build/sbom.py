"""What a zip holds, file by file: for programs as CycloneDX 1.6, for people as a table of licences.

CycloneDX's JSON is described at https://cyclonedx.org/docs/1.6/json/. Neither paper has a date or
a serial number in it: the same zip gives the same bytes.
"""

import hashlib
import json
import tempfile
import tomllib
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .licences import OWN, WheelLicence, wheel_licence
from .manifest import FILENAME

WHEELS = "wheels/"


@dataclass(frozen=True)
class Content:
    """A file in a zip: its path, its SHA-256 sum in hex, and of a wheel what it says of itself."""

    path: str
    sha256: str
    wheel: WheelLicence | None


def write_papers(zip_path: Path) -> tuple[Path, Path]:
    """Write both papers beside a zip; returns the paths of SBOM and licence report."""
    found = contents(zip_path)
    sbom = zip_path.with_name(f"{zip_path.stem}.cdx.json")
    sbom.write_text(json.dumps(document(zip_path, found), indent=1) + "\n", "utf-8", newline="\n")
    report = zip_path.with_name(f"{zip_path.stem}.licences.md")
    report.write_text(licence_report(zip_path.name, found), "utf-8", newline="\n")
    return sbom, report


def contents(zip_path: Path) -> list[Content]:
    """Every file of a zip, by path."""
    found = []
    with zipfile.ZipFile(zip_path) as archive, tempfile.TemporaryDirectory() as folder:
        for name in sorted(archive.namelist()):
            data, wheel = archive.read(name), None
            if name.startswith(WHEELS):
                unpacked = Path(folder, PurePosixPath(name).name)
                unpacked.write_bytes(data)
                wheel = wheel_licence(unpacked)
            found.append(Content(name, hashlib.sha256(data).hexdigest(), wheel))
    return found


def document(zip_path: Path, found: list[Content]) -> dict[str, object]:
    """The bill of materials of a zip that holds these files."""
    with zipfile.ZipFile(zip_path) as archive:
        manifest = tomllib.loads(archive.read(FILENAME).decode("utf-8"))
    whole = {
        "type": "application",
        "bom-ref": zip_path.name,
        "name": manifest["id"],
        "version": manifest["version"],
        "description": manifest["tagline"],
        "licenses": [{"license": {"id": OWN}}],
        "hashes": _hashes(hashlib.sha256(zip_path.read_bytes()).hexdigest()),
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": whole},
        "components": [_component(one) for one in found],
        "dependencies": [
            {"ref": zip_path.name, "dependsOn": [one.path for one in found if one.wheel]}
        ],
    }


def _component(one: Content) -> dict[str, object]:
    if one.wheel is None:
        kind = "machine-learning-model" if one.path.startswith("model/weights/") else "file"
        return {
            "type": kind,
            "bom-ref": one.path,
            "name": one.path,
            "hashes": _hashes(one.sha256),
            "licenses": [{"license": {"id": OWN}}],
        }
    said = one.wheel
    known = {"expression": said.expression} if said.is_spdx else _in_words(said.expression)
    parts = [
        {"type": "library", "name": name, "licenses": [{"license": {"id": licence}}]}
        for name, licence in said.native
    ]
    return {
        "type": "library",
        "bom-ref": one.path,
        "name": said.name,
        "version": said.version,
        "purl": f"pkg:pypi/{said.name.lower().replace('_', '-')}@{said.version}"
        f"?file_name={PurePosixPath(one.path).name}",
        "hashes": _hashes(one.sha256),
        "licenses": [known],
        **({"components": parts} if parts else {}),
    }


def _hashes(sha256: str) -> list[dict[str, str]]:
    return [{"alg": "SHA-256", "content": sha256}]


def _in_words(licence: str) -> dict[str, object]:
    return {"license": {"name": licence}}


def licence_report(name: str, found: list[Content]) -> str:
    """A text that says under which licence each part of a zip comes, and where the licence lies."""
    own = [one for one in found if one.wheel is None]
    lines = [
        f"# Licences in {name}",
        "",
        f"The extension's own {len(own)} files (code, presets, network weights, demo head and "
        f"sentence) are {OWN}; its text is the file LICENSE. Where weights, head and sentence come "
        "from is told in model/MODEL_CARD.md and blender_audio2face/demo_head/README.md.",
        "",
    ]
    for one in found:
        if one.wheel is not None:
            lines += _about_wheel(one, one.wheel)
    return "\n".join(lines)


def _about_wheel(one: Content, said: WheelLicence) -> list[str]:
    linked = [f"- linked into it: {name} ({licence})" for name, licence in said.native]
    texts = ", ".join(said.texts) or "none"
    return [
        f"## {PurePosixPath(one.path).name}",
        "",
        f"- {said.name} {said.version}: {said.expression}",
        *linked,
        f"- licence texts inside: {texts}",
        f"- SHA-256: {one.sha256}",
        "",
    ]
