"""A zip for one Python on one platform that holds torch as well: which, and its wheels."""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

from packaging.utils import parse_wheel_filename

from . import wheels
from .errors import BuildError
from .manifest import FILENAME, wheel_names
from .targets import TORCH_PLATFORMS, Target

GPUS = ("cpu", "cuda")

_PLATFORMS = {"linux": "linux-x64", "win32": "windows-x64", "darwin": "macos-arm64"}


@dataclass(frozen=True)
class TorchBuild:
    """torch "cpu" or "cuda" for one target; on macOS "cpu" holds Metal too."""

    gpu: str
    target: Target

    @property
    def name(self) -> str:
        """Such as "cpu-linux-x64-cp311"; of the lock file, the folder of wheels and the zip."""
        return f"{self.gpu}-{self.target.platform}-{self.target.abi}"

    def lock(self, root: Path) -> Path:
        """The file with the versions and hashes of torch and all it needs."""
        return root / "requirements" / "torch" / f"{self.name}.txt"

    def folder(self, root: Path) -> Path:
        """Where its wheels are kept."""
        return root / "out" / "wheels" / self.name

    @property
    def make_arguments(self) -> str:
        """The variables of `make` that mean this build."""
        major, minor = self.target.python
        return f"GPU={self.gpu} PYTHON={major}.{minor} PLATFORM={self.target.platform}"


def wanted_build(gpu: str, python: str, platform: str | None) -> TorchBuild:
    """The build that a command line names.

    Args:
        gpu: one of GPUS.
        python: such as "3.11".
        platform: one of TORCH_PLATFORMS; None for the one this runs on.

    Raises:
        BuildError: there is no such torch.
    """
    version = re.fullmatch(r"(\d+)\.(\d+)", python)
    if version is None:
        raise BuildError(f'PYTHON is a version such as 3.11, not "{python}".')
    platform = platform or _PLATFORMS.get(sys.platform, sys.platform)
    if gpu not in GPUS:
        raise BuildError(f'GPU is one of {", ".join(GPUS)}, not "{gpu}".')
    if platform not in TORCH_PLATFORMS:
        raise BuildError(
            f'There is no torch for "{platform}": PLATFORM is one of {", ".join(TORCH_PLATFORMS)}.'
        )
    if gpu == "cuda" and platform == "macos-arm64":
        raise BuildError("There is no CUDA on macOS: GPU=cpu holds Metal there.")
    return TorchBuild(gpu, Target((int(version[1]), int(version[2])), platform))


def all_wheels(root: Path, build: TorchBuild) -> list[Path]:
    """Every wheel of the zip, fetched and checked: the usual ones that fit, and torch's.

    Raises:
        BuildError: the build has no lock file, or a wheel cannot be fetched or differs from it.
    """
    lock, folder = build.lock(root), build.folder(root)
    if not lock.is_file():
        raise BuildError(
            f"requirements/torch/{lock.name} is missing: write it with "
            f"`make lock-torch {build.make_arguments}` (docs/gpu.md)."
        )
    wheels.ensure(root)
    usual = [root / "wheels" / name for name in wheel_names(root / FILENAME)]
    usual = [wheel for wheel in usual if build.target.takes(wheel.name)]
    found = {wheel.name: wheel for wheel in [*usual, *_torch_wheels(lock, folder, build.target)]}
    packages = [parse_wheel_filename(name)[0] for name in found]
    twice = sorted({package for package in packages if packages.count(package) > 1})
    if twice:
        raise BuildError(
            f"The zip would hold {', '.join(twice)} in two versions: make requirements/wheels.txt "
            f"and requirements/torch/{lock.name} name the same one."
        )
    return [found[name] for name in sorted(found)]


def _torch_wheels(lock: Path, folder: Path, target: Target) -> list[Path]:
    """The wheels of a lock, fetched unless all of them are there already."""
    hashes = wheels.locked_hashes(lock)
    if not _is_whole(folder, hashes):
        options = ["--retries=1", *target.pip_options(TORCH_PLATFORMS[target.platform])]
        wheels.download(lock, folder, options, f"{target.abi} on {target.platform}")
    if not _is_whole(folder, hashes):
        raise BuildError(f"{folder} holds other wheels than {lock.name}: delete it and try again.")
    return sorted(folder.glob("*.whl"))


def _is_whole(folder: Path, hashes: frozenset[str]) -> bool:
    return {wheels.digest(path) for path in folder.glob("*.whl")} == hashes
