"""What became of each row, and what that tells the next run.

Results are JSON Lines. A line is added in one write at the end of the file, so that several tasks
of a farm may share one on a local disk, and a killed task leaves whole lines, or at worst a torn
last one, which is ignored when read.
"""

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from ..atomic_write import OutputError
from ..console import Console, ExitCode
from ..job_record import FileDigests, digest_of, release
from .manifest import Group, Row

_FORMAT = {"format": "audio2face-batch-row", "version": 1}


@dataclass(frozen=True)
class RowResult:
    """How a row ended, in JSON's types; the attributes are those of the line of results.

    Attributes:
        row: its number.
        name: what people call it, or an empty text.
        output: the file it writes; None where that is unknown.
        status: ``done``, ``unchanged`` or ``error``.
        exit_code: that its command alone would have.
        error: why it was not done, or None.
        seconds: it took, without waiting; of rows that share a file, their own part.
        job: digest of what it was made from, where that is known (``ResultCache``).
        made: digest of the output that holds it, where that is known.
        result: what its command says to programs.
    """

    row: int
    name: str
    output: str | None
    status: str
    exit_code: int = ExitCode.DONE
    error: str | None = None
    seconds: float = 0.0
    job: str | None = None
    made: str | None = None
    result: Mapping[str, object] = field(default_factory=dict)

    @classmethod
    def failed(cls, row: Row, code: int, sentence: str) -> "RowResult":
        """The result of a row that was not done."""
        return cls(row.number, row.name, row.output, "error", code, sentence)

    @property
    def label(self) -> str:
        """The row as people know it."""
        return f"row {self.row} ({self.name})" if self.name else f"row {self.row}"


def add_result(path: Path, result: RowResult) -> None:
    """Adds a line. Raises OutputError where it cannot."""
    _append(path, json.dumps({**_FORMAT, **asdict(result)}) + "\n")


def end_torn_line(path: Path) -> None:
    """Ends a last line that was torn, so that the next is a line by itself. Raises OutputError."""
    text = _text(path)
    if text and not text.endswith("\n"):
        _append(path, "\n")


def read_results(path: Path) -> list[dict]:
    """The lines of a file, the oldest first, without those that are not a row's result.

    Raises:
        OutputError: the file is there and cannot be read.
    """
    return [line for text in _text(path).split("\n") if (line := _line(text)) is not None]


def _append(path: Path, text: str) -> None:
    try:
        with path.open("ab") as file:
            file.write(text.encode("ascii"))
    except OSError as error:
        raise OutputError(
            f'The results "{path}" cannot be written ({error.strerror or error}): '
            "check the folder, or name another file with --results."
        ) from error


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace") if path.exists() else ""
    except OSError as error:
        raise OutputError(
            f'The results "{path}" cannot be read ({error.strerror or error}): '
            "name another file with --results."
        ) from error


def _line(text: str) -> dict | None:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    is_result = isinstance(document, dict) and _FORMAT.items() <= document.items()
    return document if is_result else None


class ResultCache:
    """Recognises rows that were done before by their lines of results, without opening a .blend.

    A row is known by its command line and the bytes of all that it reads. Where its output is the
    .blend that it opens, that .blend has to be as the row left it.

    Args:
        lines: of ``read_results``.
    """

    def __init__(self, lines: Iterable[dict]) -> None:
        self._lines: dict[tuple[str, str], dict] = {}
        for line in lines:
            output, job = line.get("output"), line.get("job")
            if isinstance(output, str) and isinstance(job, str):
                self._lines[output, job] = line
        self.digests = FileDigests()

    def job_of(self, row: Row) -> str:
        """Digest of what a row is made from. Raises OSError where a file cannot be read."""
        blend = None if row.output == row.blend else row.blend
        return digest_of(
            {
                "release": release(),
                "arguments": list(row.arguments),
                "blend": None if blend is None else self.digests.of(Path(blend)),
                "files": [self.digests.of(Path(path)) for path in row.files],
            }
        )

    def jobs_of(self, group: Group) -> dict[int, str]:
        """``job_of`` for each row, by number; empty where a file cannot be read, of which doing the
        rows tells."""
        try:
            return {row.number: self.job_of(row) for row in group}
        except OSError:
            return {}

    def is_done(self, group: Group) -> bool:
        """Whether the output of a group holds all its rows, as they are asked for now."""
        jobs, made = self.jobs_of(group), self.digests.of_any(Path(group[0].output))
        return bool(jobs) and all(self._is_made(row, jobs[row.number], made) for row in group)

    def _is_made(self, row: Row, job: str, made: str | None) -> bool:
        line = self._lines.get((row.output, job))
        if line is None or made is None or line.get("made") != made:
            return False
        result = line.get("result")  # "files" are those that only the .blend named
        files = result.get("files") if isinstance(result, dict) else None
        digests = files.items() if isinstance(files, dict) else ()
        return all(self.digests.of_any(Path(path)) == digest for path, digest in digests)


class BatchLog:
    """Notes how rows end while a batch runs, in the results, the log and the progress. Several
    threads may call it.

    Args:
        console: takes log and progress.
        path: of the results.
        cache: tells what rows are made from.
        rows: how many rows there are.
    """

    def __init__(self, console: Console, path: Path, cache: ResultCache, rows: int) -> None:
        self.cache = cache
        self.results: list[RowResult] = []
        self._console = console
        self._path = path
        self._rows = rows
        self._under_way: dict[int, float] = {}
        self._lock = threading.RLock()

    def unchanged(self, group: Group) -> None:
        """Notes rows that a former run did; their lines are in the results already."""
        for row in group:
            self._note(RowResult(row.number, row.name, row.output, "unchanged"), "debug")

    def ended(self, results: Sequence[RowResult], jobs: Mapping[int, str]) -> None:
        """Notes rows that ended just now, and adds their lines.

        Args:
            results: of a group's rows.
            jobs: ``ResultCache.jobs_of`` the group before it was done.

        Raises:
            OutputError: the results cannot be written.
        """
        with self._lock:
            for result in results:
                self._under_way.pop(result.row, None)
                if result.status != "error" and result.output is not None:
                    made = self.cache.digests.of_any(Path(result.output))
                    result = replace(result, job=jobs.get(result.row), made=made)
                add_result(self._path, result)
                self._note(result)
            self.progress()

    def progress(self, number: int | None = None, fraction: float = 0.0) -> None:
        """How far a row is, 0..1."""
        with self._lock:
            if number is not None:
                self._under_way[number] = min(max(fraction, 0.0), 1.0)
            done = len(self.results) + sum(self._under_way.values())
            self._console.progress(done / self._rows if self._rows else 1.0)

    def log(self, number: int | None, level: str, text: str) -> None:
        """A line of a row's own log; of so many rows what is usual is left for debugging."""
        row = "" if number is None else f"row {number}: "
        self._console.log("debug" if level == "info" else level, row + text)

    def _note(self, result: RowResult, level: str = "info") -> None:
        self.results.append(result)
        if result.error is not None:
            self._console.log("error", f"{result.label}: {result.error}")
        else:
            self._console.log(level, f"{result.label}: {result.status}")
