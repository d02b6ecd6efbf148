"""Writes the lock of one build with torch: `python -m tools.build.torch_lock --help`.

pip itself compares environment markers with the Python it runs on, whatever target it is told, so
what a package needs on the target is worked out here, from the metadata that pip reports.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from .errors import BuildError
from .targets import TORCH_PLATFORMS
from .torch_build import GPUS, TorchBuild, wanted_build

LEFT_OUT = frozenset({"numpy"})
"""What every Blender has, in the version that its own scripts need."""

CPU_INDEX = "https://download.pytorch.org/whl/cpu"

_TORCH = re.compile(r"^torch==([\d.]+)", re.MULTILINE)


@dataclass(frozen=True)
class Pin:
    """One wheel: package, version, SHA-256 sum in hex, and its own requirements as written."""

    name: str
    version: str
    sha256: str
    needs: tuple[str, ...] = ()


@dataclass
class _Wanted:
    specifier: SpecifierSet
    extras: set[str] = field(default_factory=set)


Find = Callable[[list[str]], Mapping[str, Pin]]
"""Pins by canonical name of requirements such as "filelock>=3"."""


def closure(roots: list[str], markers: Mapping[str, str], find: Find) -> list[Pin]:
    """All that the roots need on a target, themselves included, sorted by name.

    Each package is taken at the newest version that fits what asked for it first; where a later
    wish excludes it, it is looked for again with both.

    Raises:
        BuildError: of ``find``, where nothing fits all wishes.
    """
    wanted: dict[str, _Wanted] = {}
    pins: dict[str, Pin] = {}
    waiting = [Requirement(root) for root in roots]
    while waiting:
        for need in waiting:
            wish = wanted.setdefault(canonicalize_name(need.name), _Wanted(SpecifierSet()))
            wish.specifier &= need.specifier
            wish.extras |= need.extras
        missing = [
            f"{name}{wish.specifier}"
            for name, wish in sorted(wanted.items())
            if name not in pins or not wish.specifier.contains(pins[name].version, True)
        ]
        pins.update(find(missing) if missing else {})
        waiting = [
            need
            for name, pin in pins.items()
            for need in _needs(pin, wanted[name].extras, markers)
            if _is_new(need, wanted)
        ]
    return [pins[name] for name in sorted(pins)]


def _needs(pin: Pin, extras: set[str], markers: Mapping[str, str]) -> list[Requirement]:
    found = [Requirement(text) for text in pin.needs]
    return [
        need
        for need in found
        if canonicalize_name(need.name) not in LEFT_OUT
        and (
            need.marker is None
            or any(need.marker.evaluate({**markers, "extra": one}) for one in extras or {""})
        )
    ]


def _is_new(need: Requirement, wanted: Mapping[str, _Wanted]) -> bool:
    wish = wanted.get(canonicalize_name(need.name))
    if wish is None:
        return True
    return (wish.specifier & need.specifier) != wish.specifier or not need.extras <= wish.extras


def finder(build: TorchBuild, index: str | None, constraints: Path) -> Find:
    """Asks pip, which downloads nothing but metadata where the index offers it."""
    options = build.target.pip_options(TORCH_PLATFORMS[build.target.platform])

    def find(requirements: list[str]) -> dict[str, Pin]:
        with tempfile.TemporaryDirectory() as folder:
            report = Path(folder) / "report.json"
            command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--no-deps"]
            command += ["--ignore-installed", "--only-binary=:all:", "--disable-pip-version-check"]
            command += [f"--target={folder}", f"--report={report}", f"--constraint={constraints}"]
            command += [f"--extra-index-url={index}", "--retries=1"] if index else []
            if subprocess.run([*command, *options, *requirements], check=False).returncode:
                raise BuildError(
                    f"pip found no wheels for {build.target.abi} on {build.target.platform} of "
                    f"{', '.join(requirements)}: see its message above."
                )
            return _pins(json.loads(report.read_text("utf-8")))

    return find


def _pins(report: dict) -> dict[str, Pin]:
    pins = {}
    for item in report["install"]:
        about, name = item["metadata"], canonicalize_name(item["metadata"]["name"])
        digest = item["download_info"]["archive_info"]["hashes"]["sha256"]
        needs = tuple(about.get("requires_dist", ()))
        pins[name] = Pin(name, about["version"], digest, needs)
    return pins


def usual_index(build: TorchBuild) -> str | None:
    """Where torch for a build is; None for PyPI, which has CUDA for Linux, and no CUDA for others.

    Raises BuildError where the index changes with the version of CUDA.
    """
    if build.target.platform == "linux-x64":
        return CPU_INDEX if build.gpu == "cpu" else None
    if build.gpu == "cuda":
        raise BuildError(
            "PyPI has no torch with CUDA for Windows: name PyTorch's own index for a version of "
            "CUDA, as INDEX=https://download.pytorch.org/whl/cu130."
        )
    return None


def torch_requirement(requirements: Path, index: str | None) -> str:
    """torch in the version of requirements/torch.txt: the one of PyPI, or of PyTorch's index.

    PyTorch's indexes end in the local version of their wheels, such as ``cpu`` or ``cu130``.
    ``===`` keeps wheels with a local version out.
    """
    version = _TORCH.search(requirements.read_text("utf-8"))[1]
    return f"torch==={version}" if index is None else f"torch=={version}+{index.split('/')[-1]}"


def lock_text(build: TorchBuild, index: str | None, pins: list[Pin]) -> str:
    """The lock file: for pip a requirements file with hashes."""
    arguments = build.make_arguments + (f" INDEX={index}" if index else "")
    lines = [f"# Made by: make lock-torch {arguments}"]
    lines += [f"--extra-index-url {index}"] if index else []
    for pin in pins:
        lines += [f"{pin.name}=={pin.version} \\", f"    --hash=sha256:{pin.sha256}"]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Write one lock; 1 if that failed."""
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(
        prog="python -m tools.build.torch_lock", description="Locks torch and all that it needs."
    )
    parser.add_argument("--gpu", choices=GPUS, required=True)
    parser.add_argument("--python", default="3.11", help="Blender's Python")
    parser.add_argument("--platform", help="this system's if not given")
    parser.add_argument("--index", help="of PyTorch; for cpu on Linux its own if not given")
    arguments = parser.parse_args()
    try:
        build = wanted_build(arguments.gpu, arguments.python, arguments.platform)
        index = arguments.index or usual_index(build)
        torch = torch_requirement(root / "requirements" / "torch.txt", index)
        find = finder(build, index, root / "requirements" / "constraints.txt")
        pins = closure([torch], build.target.markers(), find)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    lock = build.lock(root)
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(lock_text(build, index, pins), "utf-8")
    print(f"{lock}: {len(pins)} wheels")
    return 0


if __name__ == "__main__":
    sys.exit(main())
