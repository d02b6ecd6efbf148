"""Disks that are full or read-only: for a command of a test a small one is mounted over a folder,
in a mount namespace of its own; for this process the size of files is limited."""

import resource
import shutil
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

_NAMESPACE = ("unshare", "--map-root-user", "--mount")
_SCRIPT = """
set -e
folder=$1 aside=$2 size=$3 mode=$4
shift 4
cp -a "$folder/." "$aside"
mount -t tmpfs -o "size=$size" none "$folder"
cp -a "$aside/." "$folder"
mount -o "remount,$mode" "$folder"
code=0
"$@" || code=$?
rm -rf "$aside"
cp -a "$folder" "$aside"
exit $code
"""


def _can_mount() -> bool:
    words = (*_NAMESPACE, "mount", "-t", "tmpfs", "none", "/mnt")
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


needs_disks = pytest.mark.skipif(not _can_mount(), reason="nothing can be mounted here")


def on_disk(
    folder: Path,
    command: Sequence[object],
    *,
    size: int = 1 << 30,
    read_only: bool = False,
    cwd: Path | None = None,
) -> subprocess.CompletedProcess:
    """Runs a command while a folder, with all that is in it, lies on a disk of its own; copies the
    disk's files back to the folder afterwards.

    Args:
        folder: whose files the command uses.
        command: the program and its arguments.
        size: bytes that fit on the disk.
        read_only: whether nothing can be written to it.
        cwd: where the command is started.
    """
    aside = folder.with_name(f"{folder.name} aside")
    aside.mkdir()
    mode = "ro" if read_only else "rw"
    words = [*_NAMESPACE, "sh", "-c", _SCRIPT, "sh", folder, aside, size, mode, *command]
    result = subprocess.run(
        list(map(str, words)), cwd=cwd, capture_output=True, text=True, check=False
    )
    shutil.rmtree(folder)
    aside.rename(folder)
    return result


@contextmanager
def files_end_at(size: int) -> Iterator[None]:
    """Within it no file of this process can grow beyond ``size`` bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, handler)


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
