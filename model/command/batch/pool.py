"""Worker processes, to which the groups of a batch are given as they become free.

A worker that crashes, is killed, or takes too long costs the row that it was at; the other rows of
its group, which were not saved yet, begin anew in another worker.
"""

import math
import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

from ..console import ExitCode
from ..run import Failure
from .doing import failed
from .errors import WorkerError
from .groups import Group
from .ledger import Ledger
from .messages import ENDED, LOG, PROGRESS, READY, STARTED, event_of, group_line
from .results import RowResult

_MOST_FAILED_STARTS = 3
_TAIL = 8
"""Lines of a worker's log that are told where it crashed."""

_GRACE = 10.0
"""Seconds that a worker has to end in."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class WorkerCommand:
    """How a worker is started.

    Attributes:
        words: the program and its arguments.
        folder: where it is started; None for the present one.
    """

    words: tuple[str, ...]
    folder: Path | None = None


def blender_worker(program: str, options: Sequence[str] = ()) -> WorkerCommand:
    """Starts Blender, with options of its own, as a worker."""
    return WorkerCommand((program, *options, "-b", "--command", "audio2face", "worker"))


@dataclass(eq=False)
class _Worker:
    number: int
    process: subprocess.Popen[str]
    stdin: IO[str]
    stdout: IO[str]
    tail: deque[str]
    ready: bool = False
    group: Group | None = None
    jobs: Mapping[int, str] = field(default_factory=dict)
    row: int | None = None
    begun: int = 0
    since: float = 0.0
    too_long: bool = False


class Pool:
    """The workers of a batch.

    Args:
        command: starts one.
        jobs: how many work at a time.
        timeout: seconds that a row may take; None for any.
        force: whether rows are done even if they are done.
        ledger: takes what becomes of the rows.
    """

    def __init__(
        self,
        command: WorkerCommand,
        jobs: int,
        timeout: float | None,
        force: bool,
        ledger: Ledger,
    ) -> None:
        self._command = command
        self._jobs = jobs
        self._timeout = math.inf if timeout is None else timeout
        self._force = force
        self._ledger = ledger
        self._heard: SimpleQueue[tuple[_Worker, str | None]] = SimpleQueue()
        self._waiting: deque[Group] = deque()
        self._workers: dict[int, _Worker] = {}
        self._failed_starts = 0

    def run(self, groups: Sequence[Group]) -> None:
        """Does all groups; leaves no process behind, however it ends.

        Raises:
            WorkerError: workers cannot be started.
            OutputError: the results cannot be written.
        """
        self._waiting.extend(groups)
        try:
            while self._waiting or any(one.group for one in self._workers.values()):
                self._start_missing()
                self._listen()
        finally:
            self._stop_all()

    def _start_missing(self) -> None:
        busy = sum(one.group is not None for one in self._workers.values())
        for number in range(self._jobs):
            if number not in self._workers and len(self._workers) - busy < len(self._waiting):
                self._workers[number] = self._started(number)

    def _started(self, number: int) -> _Worker:
        threads = str(max((os.cpu_count() or 1) // self._jobs, 1))
        try:
            process = subprocess.Popen(
                self._command.words,
                cwd=self._command.folder,
                env={**dict.fromkeys(_THREADS, threads), **os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise WorkerError(
                f'"{self._command.words[0]}" cannot be started ({error.strerror or error}): '
                "name Blender's program with --blender."
            ) from error
        stdin, stdout = process.stdin, process.stdout
        assert stdin is not None and stdout is not None  # they are pipes
        tail: deque[str] = deque(maxlen=_TAIL)
        worker = _Worker(number, process, stdin, stdout, tail, since=time.monotonic())
        log = threading.Thread(target=worker.tail.extend, args=(process.stderr,), daemon=True)
        log.start()
        threading.Thread(target=self._hear, args=(worker, log), daemon=True).start()
        return worker

    def _hear(self, worker: _Worker, log: threading.Thread) -> None:
        """Passes on a worker's lines, in a thread of its own; None at their end."""
        for line in worker.stdout:
            self._heard.put((worker, line))
        log.join(_GRACE)
        self._heard.put((worker, None))

    def _listen(self) -> None:
        """Waits for a worker to say something, or for a row to take too long."""
        try:
            worker, line = self._heard.get(timeout=self._patience())
        except Empty:
            self._stop_slow()
            return
        if line is None:
            self._gone(worker)
            return
        event = event_of(line)
        if event is None:
            worker.tail.append(line)
            return
        self._take(worker, event)

    def _take(self, worker: _Worker, event: Mapping) -> None:
        kind = event["event"]
        if kind == READY:
            worker.ready, self._failed_starts = True, 0
            self._give_next(worker)
        elif kind == STARTED:
            worker.row, worker.since = event["row"], time.monotonic()
            worker.begun += worker.row is not None
            self._tell(worker, 0.0)
        elif kind == PROGRESS:
            self._tell(worker, event["fraction"])
        elif kind == LOG:
            self._ledger.log_of_row(worker.row, event["level"], event["text"])
        elif kind == ENDED:
            self._end(worker, event["results"])
            self._give_next(worker)

    def _tell(self, worker: _Worker, fraction: float) -> None:
        rows = worker.begun - 1 + min(max(fraction, 0.0), 1.0)
        most = len(worker.group.rows) if worker.group else 0
        self._ledger.part(worker.number, min(max(rows, 0.0), most))

    def _give_next(self, worker: _Worker) -> None:
        if not self._waiting:
            worker.stdin.close()
            return
        worker.group = self._waiting.popleft()
        worker.row, worker.begun, worker.since = None, 0, time.monotonic()
        worker.jobs = self._ledger.jobs_of(worker.group)
        with suppress(BrokenPipeError):  # of one that is gone, which will be heard
            worker.stdin.write(group_line(worker.group, self._force))
            worker.stdin.flush()

    def _end(self, worker: _Worker, results: Sequence[RowResult]) -> None:
        worker.group = None
        self._ledger.part(worker.number, 0.0)
        self._ledger.ended(results, worker.jobs)

    def _patience(self) -> float | None:
        if self._timeout == math.inf:
            return None
        ends = [one.since + self._timeout for one in self._workers.values() if one.group]
        return max(min(ends) - time.monotonic(), 0.0) + 0.01 if ends else None

    def _stop_slow(self) -> None:
        for worker in self._workers.values():
            waited = time.monotonic() - worker.since
            if worker.group is not None and waited > self._timeout and not worker.too_long:
                worker.too_long = True
                worker.process.kill()

    def _gone(self, worker: _Worker) -> None:
        """A worker ended: the row that it was at failed, the rest of its group waits again."""
        code = worker.process.wait()
        del self._workers[worker.number]
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= _MOST_FAILED_STARTS:
                raise WorkerError(f"Workers cannot be started: one {_how(code)}{_last(worker)}")
            return
        group = worker.group
        if group is None:
            return
        if code in (-signal.SIGINT, -signal.SIGTERM, 128 + signal.SIGINT, 128 + signal.SIGTERM):
            time.sleep(0.5)  # whoever stopped it may be about to stop all of us
        lost = [row for row in group.rows if worker.row in (None, row.number)]
        if worker.too_long:
            sentence = f"It took more than {self._timeout:g} s (--timeout) and was stopped."
        else:
            sentence = f"The process that did it {_how(code)}{_last(worker)}"
        failure = Failure(ExitCode.FAILED, sentence)
        self._end(worker, [failed(row, failure) for row in lost])
        left = group.without([row.number for row in lost])
        if left is not None:
            self._waiting.appendleft(left)

    def _stop_all(self) -> None:
        workers = list(self._workers.values())
        for worker in workers:  # at its end a worker gives up what it does
            with suppress(BrokenPipeError):
                worker.stdin.close()
        end = time.monotonic() + _GRACE
        for worker in workers:
            try:
                worker.process.wait(max(end - time.monotonic(), 0.0))
            except subprocess.TimeoutExpired:
                worker.process.kill()
                worker.process.wait()


def _how(code: int) -> str:
    if code >= 0:
        return f"ended with exit code {code}"
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _last(worker: _Worker) -> str:
    lines = [line.strip() for line in worker.tail if line.strip()]
    return f"; its last lines: {' | '.join(lines)}" if lines else "."
