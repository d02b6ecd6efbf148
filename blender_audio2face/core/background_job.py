"""Work in a background thread, and work on the main thread in short steps.

A main-thread task is a generator: it yields after each step, and returns its result. Closing it
undoes what it did so far, except where it has just yielded NON_CANCELLABLE.
"""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")

MainThreadTask = Generator[str | None, None, Result]

NON_CANCELLABLE = "non-cancellable"
"""Yielded where a task cannot be undone: whoever cancels it first goes on to the next step that can
be, or to the end."""


def run_to_completion(steps: MainThreadTask[Result]) -> Result:
    """Takes all steps, and returns the task's result."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def guarded(steps: MainThreadTask[Result], check: Callable[[], None]) -> MainThreadTask[Result]:
    """The same steps, with ``check`` called before each but the first; its exceptions end them."""
    try:
        while True:
            state = next(steps)
            yield state
            check()
    except StopIteration as end:
        return end.value
    finally:
        steps.close()


def unless_removed(act: Callable[..., object], *arguments: object) -> None:
    """Calls ``act``, for an ExitStack; does nothing if a datablock it uses was removed."""
    with suppress(ReferenceError):
        act(*arguments)


def run_for(steps: MainThreadTask, seconds: float) -> bool:
    """Takes steps until ``seconds`` have passed; returns whether the task can be cancelled there.

    Raises:
        StopIteration: the task ended; its value is the result.
    """
    until = time.perf_counter() + seconds
    while True:
        state = next(steps)
        if time.perf_counter() >= until:
            return state != NON_CANCELLABLE


_TOO_EARLY = 0.05
"""Progress below which no remaining time is estimated."""

_jobs: "set[Job]" = set()
"""Every job that has not ended."""


class CancelledError(Exception):
    """Raised inside the work when it was cancelled."""


class Job(threading.Thread):
    """Runs ``work`` in a thread, and hands over its result or exception.

    ``work`` gets a function to call with its progress (0..1), which raises CancelledError once the
    job was cancelled.

    ``steps`` makes a main-thread task of the result. Then the job goes on until ``run_for`` has
    taken all its steps, and cancelling the job undoes them.

    Attributes:
        exclusive: whether no bake may begin before the job ends.
        on_stop: called by ``stop_all``; releases what waits for the job.
    """

    exclusive = True
    on_stop: Callable[[], None] | None = None

    def __init__(
        self,
        work: Callable[[Callable[[float], None]], Any],
        steps: Callable[[Any], MainThreadTask[Any]] | None = None,
    ) -> None:
        super().__init__(name="audio2face", daemon=True)
        self.progress = 0.0
        self._start_time = time.monotonic()
        self._work = work
        self._cancel = threading.Event()
        self._worked = threading.Event()
        self._ended = threading.Event()
        self._result: Any = None
        self._error: BaseException | None = None
        self._to_steps = steps
        self._steps: MainThreadTask[Any] | None = None
        self._can_cancel = True

    def start(self) -> None:
        _jobs.add(self)
        super().start()

    def run(self) -> None:
        try:
            self._result = self._work(self._on_progress)
        except BaseException as error:  # carried to the main thread by result()
            self._error = error
        self._worked.set()
        if self._to_steps is not None:
            self._ended.wait()
        _jobs.discard(self)

    def cancel(self) -> None:
        """Asks the work to end, without waiting for it, and undoes the steps.

        Where they cannot be undone, goes on to the next step where they can, or to the end. Once
        steps were taken, only the main thread may call it.
        """
        self._cancel.set()
        steps, self._steps = self._steps, None
        if steps is not None:
            try:
                while not self._can_cancel:
                    self._can_cancel = next(steps) != NON_CANCELLABLE
            except StopIteration:
                pass
            finally:
                try:
                    steps.close()
                finally:
                    self._ended.set()
        self._ended.set()

    @property
    def cancelled(self) -> bool:
        return self._cancel.is_set()

    @property
    def seconds_left(self) -> float | None:
        """Seconds until the end at the pace so far; None while it is too early to tell."""
        if self.progress < _TOO_EARLY:
            return None
        return (time.monotonic() - self._start_time) * (1.0 / self.progress - 1.0)

    @property
    def done(self) -> bool:
        """Whether ``result`` returns without waiting."""
        return self._worked.is_set()

    @property
    def stepping(self) -> bool:
        """Whether some of the steps were taken, but not all."""
        return self._steps is not None

    def result(self) -> Any:
        """Waits for the work and returns its result, or raises its exception.

        Raises CancelledError for a cancelled job, even if the work was completed.
        """
        self._worked.wait()
        if self.cancelled:
            raise CancelledError
        if self._error is not None:
            raise self._error
        return self._result

    def run_for(self, seconds: float) -> bool:
        """Takes steps for some time; returns whether that was the last, so that the job has ended.

        Raises the exception of the work or of a step, which ends the job too.
        """
        try:
            if self._steps is None:
                result = self.result()
                if self._to_steps is None:
                    return True
                self._steps = self._to_steps(result)
            self._can_cancel = run_for(self._steps, seconds)
        except BaseException as error:
            self._steps = None
            self._ended.set()
            _jobs.discard(self)
            if isinstance(error, StopIteration):
                return True
            raise
        return False

    def _on_progress(self, fraction: float) -> None:
        if self.cancelled:
            raise CancelledError
        self.progress = min(max(float(fraction), 0.0), 1.0)


def running() -> list[Job]:
    """Exclusive jobs that have not ended and were not cancelled."""
    return [job for job in tuple(_jobs) if job.exclusive and not job.cancelled]


def stop_all(timeout: float) -> None:
    """Cancels every job and waits up to ``timeout`` seconds for each to end."""
    for job in tuple(_jobs):
        try:
            job.cancel()
        finally:
            if job.on_stop is not None:
                job.on_stop()
        job.join(timeout)


def stop_stepping() -> None:
    """Cancels the jobs that have taken some of their steps; jobs still in their thread go on."""
    for job in running():
        if job.stepping:
            job.cancel()
