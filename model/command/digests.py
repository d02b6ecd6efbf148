"""Digests of files that many rows share, each file read once."""

from pathlib import Path

from .finished import digest_of_file


class Digests:
    """Remembers digests as long as size and time of a file stay."""

    def __init__(self) -> None:
        self._known: dict[tuple[Path, int, int], str] = {}

    def of(self, path: Path) -> str:
        """The digest of a file. Raises OSError where it cannot be read."""
        stat = path.stat()
        key = (path, stat.st_mtime_ns, stat.st_size)
        if key not in self._known:
            self._known[key] = digest_of_file(path)
        return self._known[key]

    def of_any(self, path: Path) -> str | None:
        """The digest of a file; None where none can be read, or the path is none."""
        try:
            return self.of(path)
        except (OSError, ValueError):
            return None
