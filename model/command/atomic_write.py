"""Files are written beside their place and renamed: a killed job leaves the old one or the new."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from ..errors import A2FError
from ..input_files import real_path


class OutputError(A2FError):
    """An output that could not be written; the previous file is still there."""


@contextmanager
def atomic_write(path: Path, before: Callable[[Path], None] | None = None) -> Iterator[Path]:
    """Gives a file to write in the same folder; it replaces ``path`` at the end.

    Args:
        path: what to replace or make; of a link, the file that it points to.
        before: called with the written file just before it is renamed.

    Raises:
        OutputError: it cannot be written; ``path`` is as it was.
    """
    target = real_path(path)
    temporary = target.with_name(f".{target.stem}.{uuid4().hex[:8]}{target.suffix}")
    try:
        if target.is_dir():
            raise IsADirectoryError("it is a folder")
        if target.exists() and not os.access(target, os.W_OK):
            raise PermissionError("it is read-only")
        yield temporary
        _sync(temporary)
        if target.exists():
            shutil.copymode(target, temporary)
        if before is not None:
            before(temporary)
        temporary.replace(target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OutputError(
            f'"{path}" cannot be written ({reason}): check the folder, its permissions and space.'
        ) from error
    finally:
        with suppress(OSError):  # on a read-only disk even of what is not there
            temporary.unlink()


def _sync(path: Path) -> None:
    """Waits until the disk has the file, so that the rename cannot come first."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())
