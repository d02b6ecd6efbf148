"""Under which licence each part of a zip comes: what wheels say, and what lies inside them."""

import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.parser import HeaderParser
from pathlib import Path

from packaging.utils import canonicalize_name

OWN = "GPL-3.0-or-later"
"""Of everything that is not a wheel: code, presets, weights, demo head and sentence."""

SPDX: Mapping[str, str] = {
    "BSD 3-Clause License": "BSD-3-Clause",
    "This is free and unencumbered software released into the public domain.": "Unlicense",
}
"""SPDX's ids for what older metadata says in words."""

NATIVE: Mapping[str, tuple[tuple[str, str, str], ...]] = {
    "cffi": (("libffi", "MIT", ""),),
    "sounddevice": (("portaudio", "MIT", ".dll .dylib"), ("asio-sdk", "GPL-3.0-only", "-asio.dll")),
    "soundfile": (
        ("libsndfile", "LGPL-2.1-or-later", ".dll .dylib .so"),
        ("flac", "BSD-3-Clause", ".dll .dylib .so"),
        ("lame", "LGPL-2.0-or-later", ".dll .dylib .so"),
        ("mpg123", "LGPL-2.1-only", ".dll .dylib .so"),
        ("ogg", "BSD-3-Clause", ".dll .dylib .so"),
        ("opus", "BSD-3-Clause", ".dll .dylib .so"),
        ("vorbis", "BSD-3-Clause", ".dll .dylib .so"),
    ),
    "soxr": (("libsoxr", "LGPL-2.1-or-later", ""), ("pffft", "BSD-3-Clause", "")),
}
"""Libraries linked into wheels: name, SPDX id, and the files that hold them (all, if empty).

As soundfile's licensing/license_notes.md, the licence files in the wheels of soxr and cffi,
portaudio.com/license.html and Steinberg's open ASIO SDK say. The library with ASIO is loaded only
where the user sets SD_ENABLE_ASIO.
"""

_TEXTS = re.compile(r"(^|/)(licen[cs]e|copying|notice|unlicense|authors)[^/]*$", re.IGNORECASE)
_NOTES = re.compile(r"^licensing/|\.dist-info/licenses/", re.IGNORECASE)


@dataclass(frozen=True)
class WheelLicence:
    """What a wheel says of itself.

    Attributes:
        name, version: of the package.
        expression: an SPDX expression; the metadata's own words where it has none.
        is_spdx: whether it is one.
        texts: the files in the wheel that hold licences.
        native: (name, SPDX id) of libraries linked into it.
    """

    name: str
    version: str
    expression: str
    is_spdx: bool
    texts: tuple[str, ...]
    native: tuple[tuple[str, str], ...] = field(default=())


def wheel_licence(wheel: Path) -> WheelLicence:
    """Reads a wheel's metadata and list of files."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        metadata = next(name for name in names if name.endswith(".dist-info/METADATA"))
        about = HeaderParser().parsestr(archive.read(metadata).decode("utf-8"))
    words, *text = (about["License"] or "").strip().split("\n")
    expression = about["License-Expression"] or SPDX.get(words)
    texts = {name for name in names if _TEXTS.search(name) or _NOTES.search(name)}
    linked = NATIVE.get(canonicalize_name(about["Name"]), ())
    return WheelLicence(
        about["Name"],
        about["Version"],
        expression or words or "not stated",
        expression is not None,
        tuple(sorted(texts | ({metadata} if text else set()))),
        tuple((name, spdx) for name, spdx, kinds in linked if _holds(names, kinds)),
    )


def _holds(names: list[str], kinds: str) -> bool:
    binaries = (".dll", ".dylib", ".so", ".pyd")
    return any(name.endswith(tuple(kinds.split()) or binaries) for name in names)
