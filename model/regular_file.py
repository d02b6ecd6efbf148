"""Whether a path is a file that can be read, told without opening a pipe, which would wait."""

import os
import stat
from pathlib import Path


def why_not_a_file(path: str | Path) -> str | None:
    """The end of a sentence that begins with the path, such as ``does not exist``; None for a file
    that can be read."""
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116 - Path would take the path apart
        if stat.S_ISDIR(mode):
            return "is a folder"
        if not stat.S_ISREG(mode):
            return "is a pipe or a device and no file"
        with open(path, "rb"):  # noqa: PTH123
            return None
    except FileNotFoundError:
        return "does not exist"
    except OSError as error:
        return f"cannot be opened ({error.strerror or error})"
    except ValueError:  # it holds a zero, or letters that this system's paths cannot hold
        return "has a name that no file has"
