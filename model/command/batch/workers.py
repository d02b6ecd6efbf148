"""Does rows: in this process, or in worker processes that a batch starts.

A batch writes groups of rows to the stdin of a worker, and the worker answers on stdout, both in
lines of JSON. A worker that crashes, is killed or takes too long costs the row that it was at. The
other rows of its group, which were not saved yet, are done again in another worker.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import asdict, replace
from queue import SimpleQueue
from typing import IO, Any, Protocol, TextIO

from ...errors import A2FError
from ..console import ExitCode, Observer, Outcome, StoppedError, attempt, stop_on_signals
from ..job_record import release
from .manifest import Group, Row
from .results import BatchLog, RowResult

_MARK = "audio2face-worker "
"""Begins a worker's answers: Blender prints lines of its own before a command gets to run."""

_LOG_TAIL = 8
"""Lines of a worker's log that are reported when it crashed."""

_GRACE = 10.0
"""Seconds that a worker has to end in."""

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_STOP_SIGNALS = {signal.SIGINT, signal.SIGTERM}


class WorkerError(A2FError):
    """Processes that do rows cannot be started."""


class RowObserver(Observer, Protocol):
    """Is told how the rows of a group come along."""

    def started(self, number: int | None) -> None:
        """A row begins; None for what is done for all of them, such as saving."""


RunGroup = Callable[[Group, bool, RowObserver], list[RowResult]]
"""(group, force, observer) -> a result for each row, once the output is written."""


class RowBackend(Protocol):
    """Does rows in this process."""

    def check_arguments(self, arguments: Sequence[str]) -> None:
        """Raises A2FError for a row's command line that cannot be done."""

    def run_group(self, group: Group, force: bool, observer: RowObserver) -> list[RowResult]:
        """See RunGroup."""


def blender_worker(program: str, options: Sequence[str] = ()) -> tuple[str, ...]:
    """The command line that starts Blender, with options of its own, as a worker."""
    return (program, *options, "-b", "--command", "audio2face", "worker")


def run_row(row: Row, observer: RowObserver, work: Callable[[], Outcome]) -> RowResult:
    """Does one row, and gives its result also where that is a failure."""
    observer.started(row.number)
    began = time.perf_counter()
    ended = attempt(work)
    if ended.trace is not None:
        observer.log("error", ended.trace)
    if ended.code:
        result = RowResult.failed(row, ended.code, ended.error)
    else:
        status = "unchanged" if ended.unchanged else "done"
        result = RowResult(row.number, row.name, row.output, status)
    return replace(result, seconds=round(time.perf_counter() - began, 3), result=ended.data)


class _LogObserver:
    """Notes in the log of the batch how a group comes along."""

    def __init__(self, log: BatchLog) -> None:
        self._log = log
        self.row: int | None = None

    def started(self, number: int | None) -> None:
        self.progress(1.0)
        self.row = number
        self.progress(0.0)

    def progress(self, fraction: float) -> None:
        self._log.progress(self.row, fraction)

    def log(self, level: str, text: str) -> None:
        self._log.log(self.row, level, text)


def run_here(groups: Sequence[Group], force: bool, run_group: RunGroup, log: BatchLog) -> None:
    """Does all groups in this process. Raises OutputError where results cannot be written."""
    for group in groups:
        jobs = log.cache.jobs_of(group)
        log.ended(run_group(group, force, _LogObserver(log)), jobs)


class WorkerPool:
    """Does groups in worker processes, each of which a thread waits for.

    Args:
        command: the command line that starts a worker.
        jobs: how many work at a time.
        timeout: seconds that a row may take; None for any.
        force: whether rows are done even if they are done.
        log: notes how the rows end.
    """

    def __init__(
        self, command: Sequence[str], jobs: int, timeout: float | None, force: bool, log: BatchLog
    ) -> None:
        self._command = command
        self._jobs = jobs
        self._timeout = timeout
        self._force = force
        self._log = log
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._workers: list[_Worker] = []
        self._left: deque[Group] = deque()

    def run(self, groups: Sequence[Group]) -> None:
        """Does all groups; leaves no process behind, however it ends.

        Raises:
            WorkerError: workers cannot be started.
            OutputError: the results cannot be written.
        """
        self._left.extend(groups)
        executor = ThreadPoolExecutor(self._jobs)
        try:
            threads = [executor.submit(self._do_groups) for _ in range(self._jobs)]
            for ended in as_completed(threads):
                ended.result()
        finally:
            with self._lock:  # no worker starts from here on
                self._stopping.set()
            for worker in self._workers:
                worker.close()
            end = time.monotonic() + _GRACE
            for worker in self._workers:
                worker.wait(end - time.monotonic())
            executor.shutdown()

    def _do_groups(self) -> None:
        """What one thread does: groups, as long as there are any, with a worker of its own."""
        worker = None
        while True:
            try:
                group = self._left.popleft()
            except IndexError:
                return
            while group:
                if worker is None or not worker.is_alive():
                    worker = self._new_worker()
                if worker is None or self._stopping.is_set():
                    return
                group = self._rest_of(group, worker)

    def _rest_of(self, group: Group, worker: "_Worker") -> Group:
        """Does a group. Where the worker ends, the row that it was at is lost; gives the rows that
        another has to do, as they were not saved."""
        jobs, observer = self._log.cache.jobs_of(group), _LogObserver(self._log)
        results = worker.run(group, self._force, observer, self._timeout)
        if results is not None:
            self._log.ended(results, jobs)
            return ()
        code = worker.process.wait()
        if {-code, code - 128} & _STOP_SIGNALS:
            self._stopping.wait(0.5)  # whoever stopped it may be about to stop this process
        if self._stopping.is_set():
            return ()
        lost = [row for row in group if observer.row in (None, row.number)]
        sentence = worker.failure(self._timeout)
        self._log.ended([RowResult.failed(row, ExitCode.FAILED, sentence) for row in lost], {})
        return tuple(row for row in group if row not in lost)

    def _new_worker(self) -> "_Worker | None":
        """A worker that is ready; None once the batch is stopping. Raises WorkerError."""
        with self._lock:
            if self._stopping.is_set():
                return None
            worker = _Worker(self._command, max((os.cpu_count() or 1) // self._jobs, 1))
            self._workers.append(worker)
        if not worker.is_ready() and not self._stopping.is_set():
            raise WorkerError(f"Workers cannot be started: one {worker.ending()}")
        return worker


class _Worker:
    """A worker process, as the batch sees it."""

    def __init__(self, command: Sequence[str], threads: int) -> None:
        try:
            self.process = subprocess.Popen(
                command,
                env={**dict.fromkeys(_THREADS, str(threads)), **os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
            )
        except OSError as error:
            raise WorkerError(
                f'"{command[0]}" cannot be started ({error.strerror or error}): '
                "name Blender's program with --blender."
            ) from error
        self._events = self._answers()
        self._tail: deque[str] = deque(maxlen=_LOG_TAIL)
        self._is_too_slow = False
        self._timer: threading.Timer | None = None
        self._errors = threading.Thread(
            target=self._tail.extend, args=(self.process.stderr,), daemon=True
        )
        self._errors.start()

    def is_alive(self) -> bool:
        """Whether it can be given work."""
        return not self._is_too_slow and self.process.poll() is None

    def is_ready(self) -> bool:
        """Waits until it can be given work; False where it ended instead.

        Raises:
            WorkerError: it is of another release.
        """
        event = next(self._events, None)
        if event is not None and event.get("release") != release():
            raise WorkerError(
                "A worker is of another release than this batch: install the same release of this "
                "extension everywhere."
            )
        return event is not None

    def run(
        self, group: Group, force: bool, observer: RowObserver, timeout: float | None
    ) -> list[RowResult] | None:
        """The results of a group; None where the process ended first."""
        request = {"force": force, "rows": [asdict(row) for row in group]}
        self._restart_timer(timeout)
        try:
            with suppress(OSError, ValueError):  # of a pipe that is broken or closed: it ended
                self._stdin.write(json.dumps(request) + "\n")
                self._stdin.flush()
            for event in self._events:
                match event:
                    case {"event": "started", "row": number}:
                        self._restart_timer(timeout)
                        observer.started(number)
                    case {"event": "progress", "fraction": fraction}:
                        observer.progress(fraction)
                    case {"event": "log", "level": level, "text": text}:
                        observer.log(level, text)
                    case {"event": "ended", "results": results}:
                        return [RowResult(**result) for result in results]
            return None
        finally:
            self._restart_timer(None)

    def close(self) -> None:
        """Tells it that there is no more work; it gives up what it does."""
        with suppress(OSError):
            self._stdin.close()

    def wait(self, seconds: float) -> None:
        """Waits for its end, and kills it where that takes longer."""
        try:
            self.process.wait(max(seconds, 0.0))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def failure(self, timeout: float | None) -> str:
        """Why it did not do its row, once it ended."""
        if self._is_too_slow:
            return f"It took more than {timeout:g} s (--timeout) and was stopped."
        return f"The process that did it {self.ending()}"

    def ending(self) -> str:
        """How it ended, with the last lines of its log; the end of a sentence."""
        code = self.process.wait()
        self._errors.join(_GRACE)
        how = f"ended with exit code {code}"
        if code < 0:
            names = {int(number): number.name for number in signal.Signals}
            how = f"was ended by {names.get(-code, f'signal {-code}')}"
        lines = [line.strip() for line in self._tail if line.strip()]
        return how + (f"; its last lines: {' | '.join(lines)}" if lines else ".")

    @property
    def _stdin(self) -> IO[str]:
        assert self.process.stdin is not None  # it is a pipe
        return self.process.stdin

    def _answers(self) -> Iterator[dict[str, Any]]:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(_MARK) and line.endswith("\n"):  # a killed worker's last may not
                yield json.loads(line.removeprefix(_MARK))
            else:
                self._tail.append(line)

    def _restart_timer(self, timeout: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if timeout is not None:
            self._timer = threading.Timer(timeout, self._kill)
            self._timer.daemon = True
            self._timer.start()

    def _kill(self) -> None:
        self._is_too_slow = True
        self.process.kill()


def serve(run_group: RunGroup) -> int:
    """The other side: does groups until the batch closes stdin; returns the exit code.

    Where the batch ends while a group is done, the group is given up: nobody would note it.
    """
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)  # what Blender prints from here on is log
        batch = _Batch(out)
        threading.Thread(target=batch.read, args=(sys.stdin,), daemon=True).start()
        try:
            with stop_on_signals():
                batch.answer("ready", release=release())
                while (request := batch.next_request()) is not None:
                    group = tuple(Row(**row) for row in request["rows"])
                    results = run_group(group, request["force"], batch)
                    batch.answer("ended", results=list(map(asdict, results)))
        except StoppedError as stopped:
            return 128 + stopped.number
    return int(ExitCode.DONE)


class _Batch:
    """The batch, as its worker sees it: gives requests, and observes rows."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._lines: SimpleQueue[str | None] = SimpleQueue()
        self._is_busy = False

    def next_request(self) -> Mapping[str, Any] | None:
        """What is to be done next; None where there is no more."""
        self._is_busy = False
        line = self._lines.get()
        self._is_busy = True
        return None if line is None else json.loads(line)

    def read(self, stdin: TextIO) -> None:
        """Takes requests, in a thread of its own; at their end stops what is being done."""
        for line in stdin:
            self._lines.put(line)
        if self._is_busy:
            if os.name == "nt":
                signal.raise_signal(signal.SIGTERM)
            else:
                os.kill(os.getpid(), signal.SIGTERM)  # wakes the main thread also where it sleeps
            time.sleep(_GRACE)
            os._exit(128 + signal.SIGTERM)
        self._lines.put(None)

    def started(self, number: int | None) -> None:
        self.answer("started", row=number)

    def progress(self, fraction: float) -> None:
        self.answer("progress", fraction=fraction)

    def log(self, level: str, text: str) -> None:
        self.answer("log", level=level, text=text)

    def answer(self, event: str, **values: object) -> None:
        """Writes a line. Raises StoppedError where nobody reads it any more."""
        try:
            self._out.write(_MARK + json.dumps({"event": event, **values}) + "\n")
            self._out.flush()
        except OSError as error:
            raise StoppedError(signal.SIGTERM) from error
