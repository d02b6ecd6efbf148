"""Work in the background, and work on the main thread in steps that leave a window alive.

A main-thread task is a generator whose return value is what the work came to. What it did so far
can be taken back by closing it, but for the steps after which it yields NON_CANCELLABLE.
"""

import threading
import time
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any, TypeVar

Result = TypeVar("Result")

MainThreadTask = Generator[str | None, None, Result]

NON_CANCELLABLE = "kept"
"""What is yielded by steps that are not to be given up here, but taken on to the next that can be,
or to their end."""


def run_to_completion(steps: MainThreadTask[Result]) -> Result:
    """Takes every step at once, and returns what the work came to."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def guarded(steps: MainThreadTask[Result], check: Callable[[], None]) -> MainThreadTask[Result]:
    """The same steps; ``check`` is called before each but the first; what it raises ends them."""
    try:
        while True:
            state = next(steps)
            yield state
            check()
    except StopIteration as end:
        return end.value
    finally:
        steps.close()


def unless_gone(act: Callable[..., object], *arguments: object) -> None:
    """Takes something back, for an ExitStack: passes over what was removed meanwhile."""
    with suppress(ReferenceError):
        act(*arguments)


def run_for(steps: MainThreadTask, seconds: float) -> bool:
    """Takes steps until ``seconds`` have passed; whether they can be given up there.

    Raises:
        StopIteration: there are no more; its value is what the work came to.
    """
    until = time.perf_counter() + seconds
    while True:
        state = next(steps)
        if time.perf_counter() >= until:
            return state != NON_CANCELLABLE


_TOO_EARLY = 0.05
"""Progress below which no end is foretold."""


_jobs: "set[Job]" = set()
"""Every job that has not ended."""


class CancelledError(Exception):
    """Raised inside the work when it was cancelled."""


class Job(threading.Thread):
    """Runs ``work`` in a thread and carries its result, or its exception, to whoever asks.

    ``work`` gets one function to call with its progress (0..1); once the job was cancelled that
    call raises CancelledError, so work ends at its next step.

    What has to be done with the result on the main thread may be given as ``steps``: the job goes
    on until they are all taken with ``run_for``, and cancelling it takes back what they did.

    Attributes:
        exclusive: whether no bake may begin before it ends.
        on_stop: is called by ``stop_all``, after which nobody may ask for the job again.
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
        self._began = time.monotonic()
        self._work = work
        self._cancel = threading.Event()
        self._worked = threading.Event()
        self._ended = threading.Event()
        self._result: Any = None
        self._error: BaseException | None = None
        self._to_steps = steps
        self._steps: MainThreadTask[Any] | None = None
        self._can_go_back = True

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
        """Asks the work to end, and takes back its steps; returns at once. Once steps were taken,
        for their thread only. Where they cannot be taken back they are first taken on to where
        they can, or to their end."""
        self._cancel.set()
        steps, self._steps = self._steps, None
        if steps is not None:
            try:
                while not self._can_go_back:
                    self._can_go_back = next(steps) != NON_CANCELLABLE
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
        """Seconds until the end at the pace so far; None before there is one."""
        if self.progress < _TOO_EARLY:
            return None
        return (time.monotonic() - self._began) * (1.0 / self.progress - 1.0)

    @property
    def done(self) -> bool:
        """True when result() will not wait."""
        return self._worked.is_set()

    @property
    def stepping(self) -> bool:
        """Whether some steps were taken, and not all."""
        return self._steps is not None

    def result(self) -> Any:
        """Waits for the work and returns what it returned; raises what it raised.

        Raises CancelledError for a cancelled job even when the work got to its end.
        """
        self._worked.wait()
        if self.cancelled:
            raise CancelledError
        if self._error is not None:
            raise self._error
        return self._result

    def run_for(self, seconds: float) -> bool:
        """Takes steps for some time; whether all are taken, so that the job has ended.

        Raises what the work, or a step, raised; then the job has ended too.
        """
        try:
            if self._steps is None:
                result = self.result()
                if self._to_steps is None:
                    return True
                self._steps = self._to_steps(result)
            self._can_go_back = run_for(self._steps, seconds)
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
    """Exclusive jobs at work that were not cancelled."""
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
    """Cancels the jobs whose steps are not all taken; those still at work go on."""
    for job in running():
        if job.stepping:
            job.cancel()
