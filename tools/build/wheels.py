"""Fetches the wheels that the extension bundles: `python -m tools.build.wheels`.

requirements/wheels.txt pins their versions and hashes, `TARGETS` names the Pythons and systems, and
blender_manifest.toml lists the resulting files.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.tags import compatible_tags, cpython_tags, mac_platforms
from packaging.utils import parse_wheel_filename

from .manifest import FILENAME, BuildError, wheel_names

PIP_PLATFORMS: dict[str, tuple[str, ...]] = {
    "windows-x64": ("win_amd64",),
    "macos-arm64": ("macosx_11_0_arm64",),
    "macos-x64": ("macosx_11_0_x86_64",),
    # pip takes these literally: a 2_28 system is not understood to run 2_17 wheels.
    "linux-x64": tuple(f"manylinux_2_{minor}_x86_64" for minor in (28, 27, 17)),
}
"""pip's names of each of Blender's platforms, at the oldest system Blender 4.2 runs on."""

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


@dataclass(frozen=True)
class Target:
    """One CPython, as (major, minor), on one of Blender's platforms."""

    python: tuple[int, int]
    platform: str

    @property
    def abi(self) -> str:
        """CPython's tag, such as "cp311"."""
        return f"cp{self.python[0]}{self.python[1]}"

    def pip_options(self, platforms: Sequence[str] | None = None) -> list[str]:
        """The options that make pip choose wheels for this target instead of its own Python.

        ``platforms`` are pip's names, by default those of PIP_PLATFORMS.
        """
        options = ["--implementation=cp", f"--python-version={self.python[0]}.{self.python[1]}"]
        options += [f"--abi={abi}" for abi in (self.abi, "abi3", "none")]
        names = PIP_PLATFORMS[self.platform] if platforms is None else platforms
        return options + [f"--platform={name}" for name in names]

    def accepts(self, wheel: str) -> bool:
        """Whether a wheel, by its file name, can be installed on this target."""
        platforms = {
            "windows-x64": ["win_amd64"],
            "macos-arm64": list(mac_platforms((11, 0), "arm64")),
            "macos-x64": list(mac_platforms((11, 0), "x86_64")),
            "linux-x64": [f"manylinux_2_{minor}_x86_64" for minor in range(28, 4, -1)],
        }[self.platform]
        tags = {
            *cpython_tags(self.python, platforms=platforms),
            *compatible_tags(self.python, platforms=platforms),
        }
        return bool(tags & parse_wheel_filename(wheel)[3])


# Blender 4.2 to 5.0 run Python 3.11, 5.1 and 5.2 run 3.13, builds by distributions 3.13 and 3.14.
# There is no Blender for Intel Macs after 4.5.
TARGETS: tuple[Target, ...] = (
    *(
        Target(python, platform)
        for python in ((3, 11), (3, 13), (3, 14))
        for platform in ("windows-x64", "macos-arm64", "linux-x64")
    ),
    Target((3, 11), "macos-x64"),
)


def listed(root: Path) -> list[Path]:
    """The wheels that the manifest lists, in the folder wheels/."""
    return [root / "wheels" / name for name in wheel_names(root / FILENAME)]


def locked_hashes(requirements: Path) -> frozenset[str]:
    """The SHA-256 sums, in hex, of all wheels that may be shipped."""
    return frozenset(_HASH.findall(requirements.read_text("utf-8")))


def download(folder: Path, options: Sequence[str], target: Target) -> None:
    """Let pip fetch wheels into a folder.

    Raises:
        BuildError: pip cannot get one; its message is on the terminal.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--only-binary=:all:", f"--dest={folder}", *options]
    if subprocess.run(command, check=False).returncode:
        raise BuildError(
            f"pip could not fetch the wheels for {target.abi} on {target.platform}: "
            "see its message above."
        )


def check(root: Path) -> None:
    """Make sure that wheels/ holds every wheel the manifest lists, each with a locked hash.

    Raises:
        BuildError: names the first file that is missing or differs.
    """
    hashes = locked_hashes(root / "requirements" / "wheels.txt")
    for path in listed(root):
        if not path.is_file():
            raise BuildError(f"wheels/{path.name} is missing: run `make wheels`.")
        if hashlib.sha256(path.read_bytes()).hexdigest() not in hashes:
            raise BuildError(
                f"wheels/{path.name} is not the file in requirements/wheels.txt: "
                "delete it and run `make wheels`."
            )


def ensure(root: Path) -> None:
    """Download the wheels of every target into wheels/, unless all of them are there.

    Raises:
        BuildError: pip cannot get one, or the manifest does not list what pip got.
    """
    try:
        check(root)
    except BuildError:
        folder = root / "wheels"
        locked = ["--no-deps", "--require-hashes", f"-r{root / 'requirements' / 'wheels.txt'}"]
        for target in TARGETS:
            download(folder, [*locked, *target.pip_options()], target)
        unlisted = {path.name for path in folder.glob("*.whl")} - set(wheel_names(root / FILENAME))
        if unlisted:
            raise BuildError(
                f"{FILENAME} does not list {', '.join(sorted(unlisted))}: "
                "list it there, or delete it from wheels/."
            ) from None
        check(root)


def main() -> int:
    """Fetch what is missing; 1 if that failed."""
    root = Path(__file__).resolve().parents[2]
    try:
        ensure(root)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    sizes = [path.stat().st_size for path in listed(root)]
    print(f"{len(sizes)} wheels, {sum(sizes) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
