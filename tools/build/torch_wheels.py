"""Fetches PyTorch and what it needs, for the zip of one Python on one platform (docs/gpu.md).

pip checks every download against the hash in its index; requirements/torch.txt and constraints.txt
fix the versions.
"""

import re
import shutil
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import parse_wheel_filename

from . import wheels
from .manifest import BuildError
from .wheels import Target

GPUS = ("cpu", "cuda")
CPU_INDEX = "https://download.pytorch.org/whl/cpu"

PIP_PLATFORMS: dict[str, tuple[str, ...]] = {
    "windows-x64": ("win_amd64",),
    "macos-arm64": tuple(f"macosx_{major}_0_arm64" for major in range(14, 10, -1)),
    "linux-x64": (
        *(f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)),
        "manylinux2014_x86_64",
        "manylinux1_x86_64",
    ),
}
"""pip's names at the oldest system that torch runs on; there is no torch for other platforms."""

_SYSTEMS = {
    "windows-x64": {"sys_platform": "win32", "platform_system": "Windows"},
    "macos-arm64": {"sys_platform": "darwin", "platform_system": "Darwin"},
    "linux-x64": {"sys_platform": "linux", "platform_system": "Linux"},
}
"""The environment markers (PEP 508) that torch's requirements ask about."""


def target(gpu: str, python: str, platform: str | None) -> Target:
    """The Python and platform that a command line names.

    Args:
        gpu: one of GPUS.
        python: such as "3.11".
        platform: a key of PIP_PLATFORMS; None for this machine's.

    Raises:
        BuildError: there is no such torch, or it cannot be fetched from this machine.
    """
    version = re.fullmatch(r"(\d+)\.(\d+)", python)
    if version is None:
        raise BuildError(f'PYTHON is a version such as 3.11, not "{python}".')
    here = {markers["sys_platform"]: name for name, markers in _SYSTEMS.items()}
    this = here.get(sys.platform, sys.platform)
    platform = platform or this
    if platform not in PIP_PLATFORMS:
        raise BuildError(
            f'There is no torch for "{platform}": PLATFORM is one of {", ".join(PIP_PLATFORMS)}.'
        )
    if gpu == "cuda" and platform == "macos-arm64":
        raise BuildError("There is no CUDA on macOS: GPU=cpu holds Metal there.")
    if gpu == "cuda" and platform == "linux-x64" != this:
        raise BuildError("Build the zip with CUDA for Linux on Linux: pip leaves its parts out.")
    return Target((int(version[1]), int(version[2])), platform)


def torch_source(root: Path, gpu: str, target: Target, index: str | None) -> tuple[str, list[str]]:
    """What pip is asked for, and its options for the index.

    PyTorch's own indexes end in the local version of their wheels, such as ``cpu`` or ``cu130``.
    PyPI has CUDA for Linux, and no CUDA for others; ``===`` keeps local versions out.

    Raises:
        BuildError: CUDA for Windows without the index of a CUDA version.
    """
    text = (root / "requirements" / "torch.txt").read_text("utf-8")
    version = re.search(r"^torch==([\d.]+)", text, re.MULTILINE)[1]
    if index is None and gpu == "cpu" and target.platform == "linux-x64":
        index = CPU_INDEX
    if index is None and gpu == "cuda" and target.platform == "windows-x64":
        raise BuildError(
            "PyPI has no torch with CUDA for Windows: name PyTorch's index for a version of CUDA, "
            "as INDEX=https://download.pytorch.org/whl/cu130."
        )
    if index is None:
        return f"torch==={version}", []
    return f"torch=={version}+{index.rstrip('/').split('/')[-1]}", [f"--extra-index-url={index}"]


def requirements_of(wheel: Path, target: Target) -> list[str]:
    """What a wheel needs on the target.

    pip compares environment markers with the Python that it runs on, whatever platform it is asked
    for. Of all these packages only torch's own requirements differ between platforms.
    """
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = HeaderParser().parsestr(archive.read(name).decode("utf-8"))
    version = f"{target.python[0]}.{target.python[1]}"
    environment = {**_SYSTEMS[target.platform], "python_version": version,
                   "python_full_version": f"{version}.0", "extra": ""}  # fmt: skip
    needs = []
    for need in map(Requirement, metadata.get_all("Requires-Dist", ())):
        if need.marker is None or need.marker.evaluate(environment):
            need.marker = None
            needs.append(str(need))
    return needs


def fetch(root: Path, gpu: str, target: Target, index: str | None) -> list[Path]:
    """Every wheel of the zip, sorted by name: the usual ones for the target, torch and its needs.

    Raises:
        BuildError: pip cannot get a wheel.
    """
    folder = root / "out" / "wheels" / f"{gpu}-{target.platform}-{target.abi}"
    shutil.rmtree(folder, ignore_errors=True)
    requirement, from_index = torch_source(root, gpu, target, index)
    options = ["--retries=1", *target.pip_options(PIP_PLATFORMS[target.platform])]
    wheels.download(folder, ["--no-deps", *from_index, *options, requirement], target)
    needs = requirements_of(next(folder.glob("torch-*.whl")), target)
    constraints = f"-c{root / 'requirements' / 'constraints.txt'}"
    wheels.download(folder, [*options, constraints, *needs], target)
    usual = [wheel for wheel in wheels.listed(root) if target.accepts(wheel.name)]
    packages = {parse_wheel_filename(wheel.name)[0] for wheel in usual}
    # NumPy is Blender's own, in the version that its scripts need.
    added = [
        wheel
        for wheel in folder.glob("*.whl")
        if parse_wheel_filename(wheel.name)[0] not in {*packages, "numpy"}
    ]
    return sorted([*usual, *added], key=lambda wheel: wheel.name)
