"""Rows that were done before, told without opening a .blend, by the lines of their results.

A row is known by its command line and the bytes of all that it reads. Where its output is the
.blend that it opens, that .blend has to be as the row left it.
"""

from collections.abc import Iterable
from pathlib import Path

from ..job_record import FileDigests, digest_of, release
from .groups import Group
from .rows import Row


class Known:
    """What the results of former runs say.

    Args:
        lines: of ``read_results``.
    """

    def __init__(self, lines: Iterable[dict]) -> None:
        self._made: dict[tuple[str, str], dict] = {}
        for line in lines:
            output, job = line.get("output"), line.get("job")
            if isinstance(output, str) and isinstance(job, str):
                self._made[output, job] = line
        self.digests = FileDigests()

    def job_of(self, row: Row) -> str:
        """Digest of what a row is made from. Raises OSError where a file cannot be read."""
        own = row.blend is not None and row.output == row.blend
        blend = None if own or row.blend is None else self.digests.of(row.blend)
        return digest_of(
            {
                "release": release(),
                "arguments": list(row.arguments),
                "blend": blend,
                "files": [self.digests.of(path) for path in row.files],
            }
        )

    def is_done(self, group: Group) -> bool:
        """Whether the output of a group holds all its rows, as they are asked for now."""
        if not group.output.is_file():
            return False
        made = self.digests.of(group.output)
        return all(self._is_line_of(row, made) for row in group.rows)

    def _is_line_of(self, row: Row, made: str) -> bool:
        line = self._made.get((str(row.output), self.job_of(row)))
        if line is None or line.get("made") != made:
            return False
        return all(self.digests.of_any(path) == digest for path, digest in _read_files(line))


def _read_files(line: dict) -> list[tuple[Path, object]]:
    """(path, digest) of the files that only the .blend named."""
    result = line.get("result")
    files = result.get("files") if isinstance(result, dict) else None
    return [(Path(path), one) for path, one in files.items()] if isinstance(files, dict) else []
