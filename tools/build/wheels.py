"""Fetches the wheels that the extension carries: `python -m tools.build.wheels`.

The files are chosen by requirements/wheels.txt (versions and hashes, checked by pip) and
`tools.build.targets`; the manifest names the same files.
"""

import hashlib
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import BuildError
from .manifest import FILENAME, wheel_names
from .targets import TARGETS

_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def locked_hashes(requirements: Path) -> frozenset[str]:
    """The SHA-256 sums, in hex, of all wheels that may be shipped."""
    return frozenset(_HASH.findall(requirements.read_text("utf-8")))


def digest(path: Path) -> str:
    """The SHA-256 sum of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def download(lock: Path, folder: Path, options: Sequence[str], place: str) -> None:
    """Let pip fetch the wheels of a requirements file with hashes into a folder, and check them.

    `options` say for which Python and system, and `place` says it in words.

    Raises BuildError where pip cannot get one.
    """
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
    command += ["--disable-pip-version-check", "--only-binary=:all:", "--require-hashes"]
    command += [f"--requirement={lock}", f"--dest={folder}", *options]
    if subprocess.run(command, check=False).returncode:
        raise BuildError(f"pip could not fetch the wheels for {place}: see its message above.")


def check(root: Path) -> None:
    """Make sure that wheels/ holds every wheel the manifest lists, each with a locked hash.

    Raises BuildError naming the first file that is missing or differs.
    """
    hashes = locked_hashes(root / "requirements" / "wheels.txt")
    for name in wheel_names(root / FILENAME):
        path = root / "wheels" / name
        if not path.is_file():
            raise BuildError(f"wheels/{name} is missing: run `make wheels`.")
        if digest(path) not in hashes:
            raise BuildError(
                f"wheels/{name} is not the file in requirements/wheels.txt: "
                "delete it and run `make wheels`."
            )


def fetch(root: Path) -> None:
    """Download the wheels of every target into wheels/ and check them.

    Raises BuildError where pip cannot get one, or where the manifest does not list what pip got.
    """
    folder = root / "wheels"
    for target in TARGETS:
        place = f"{target.abi} on {target.platform}"
        download(root / "requirements" / "wheels.txt", folder, target.pip_options(), place)
    strangers = {path.name for path in folder.glob("*.whl")} - set(wheel_names(root / FILENAME))
    if strangers:
        raise BuildError(
            f"{FILENAME} does not list {', '.join(sorted(strangers))}: "
            "list it there, or delete it from wheels/."
        )
    check(root)


def ensure(root: Path) -> None:
    """Fetch the wheels unless all of them are there already."""
    try:
        check(root)
    except BuildError:
        fetch(root)


def main() -> int:
    """Fetch what is missing; 1 if that failed."""
    root = Path(__file__).resolve().parents[2]
    try:
        ensure(root)
    except BuildError as error:
        print(error, file=sys.stderr)
        return 1
    files = [root / "wheels" / name for name in wheel_names(root / FILENAME)]
    print(f"{len(files)} wheels, {sum(file.stat().st_size for file in files) / 1e6:.1f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
