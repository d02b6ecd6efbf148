"""Absolute paths without links."""

import os
from pathlib import Path


def real_path(path: str | Path) -> Path:
    """As ``Path.resolve``, also for a loop of links, over which Python before 3.13 fails: it stays
    as it is, and whoever opens it hears of it.

    Raises ValueError for a text that is no path.
    """
    return Path(os.path.realpath(path))
