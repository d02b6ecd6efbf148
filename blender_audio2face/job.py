"""A piece of work in the background, with progress and cancel. Imports no bpy."""

import threading
import time
from collections.abc import Callable
from typing import Any

_TOO_EARLY = 0.05
"""Progress below which no end is foretold."""


class CancelledError(Exception):
    """Raised inside the work when it was cancelled."""


class Job(threading.Thread):
    """Runs ``work`` in a thread and carries its result, or its exception, to whoever asks.

    ``work`` gets one function to call with its progress (0..1); once the job was cancelled that
    call raises CancelledError, so work ends at its next step. The threads Python keeps count of
    are the only list of jobs there is (see ``running``).
    """

    def __init__(self, work: Callable[[Callable[[float], None]], Any]) -> None:
        super().__init__(name="audio2face", daemon=True)
        self.progress = 0.0
        self._began = time.monotonic()
        self._work = work
        self._cancel = threading.Event()
        self._result: Any = None
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._result = self._work(self._on_progress)
        except BaseException as error:  # carried to the main thread by result()
            self._error = error

    def cancel(self) -> None:
        """Asks the work to end; returns at once."""
        self._cancel.set()

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
        return self.ident is not None and not self.is_alive()

    def result(self) -> Any:
        """Waits for the work and returns what it returned; raises what it raised.

        Raises CancelledError for a cancelled job even when the work got to its end.
        """
        self.join()
        if self.cancelled:
            raise CancelledError
        if self._error is not None:
            raise self._error
        return self._result

    def _on_progress(self, fraction: float) -> None:
        if self.cancelled:
            raise CancelledError
        self.progress = min(max(float(fraction), 0.0), 1.0)


def running() -> list[Job]:
    """Jobs at work that were not cancelled."""
    return [t for t in threading.enumerate() if isinstance(t, Job) and not t.cancelled]


def stop_all(timeout: float) -> None:
    """Cancels every job and waits up to ``timeout`` seconds for each to end."""
    for thread in threading.enumerate():
        if isinstance(thread, Job):
            thread.cancel()
            thread.join(timeout)
