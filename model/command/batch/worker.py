"""A worker: a process that does the groups which a batch gives it, one after another."""

import os
import signal
import sys
import threading
import time
from queue import SimpleQueue
from typing import TextIO

from ..console import ExitCode
from ..run import StoppedError, stop_on_signals
from .doing import Doer
from .errors import WorkerError
from .messages import ENDED, LOG, PROGRESS, READY, STARTED, event_line, group_of

_GRACE = 10.0
"""Seconds that a worker has to end in once its batch is gone."""


def serve(doer: Doer) -> int:
    """Does groups until the batch closes stdin; returns the exit code.

    Where the batch is gone while a group is done, the group is given up: nobody would note it.
    """
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as out:
        os.dup2(2, 1)  # what Blender prints from here on is log, whoever prints it
        inbox = _Inbox()
        threading.Thread(target=inbox.fill, args=(sys.stdin,), daemon=True).start()
        try:
            with stop_on_signals():
                _say(out, READY)
                while (line := inbox.next()) is not None:
                    group, force = group_of(line)
                    results = doer(group, force, _Listener(out))
                    _say(out, ENDED, results=[result.document() for result in results])
        except StoppedError as stopped:
            return 128 + stopped.number
        except WorkerError as error:
            print(error, file=sys.stderr, flush=True)
            return int(ExitCode.FAILED)
    return int(ExitCode.DONE)


class _Inbox:
    """Lines from the batch; once it is gone they count no more."""

    def __init__(self) -> None:
        self._lines: SimpleQueue[str] = SimpleQueue()
        self._busy = False
        self._closed = False

    def next(self) -> str | None:
        """The next line; None where there is no more."""
        self._busy = False
        line = self._lines.get()
        self._busy = True
        return None if self._closed else line

    def fill(self, stdin: TextIO) -> None:
        """Reads to the end, in a thread of its own; ends the process if that comes too soon."""
        for line in stdin:
            self._lines.put(line)
        self._closed = True
        if self._busy:
            _stop_main_thread()
            time.sleep(_GRACE)
            os._exit(128 + signal.SIGTERM)
        self._lines.put("")


def _stop_main_thread() -> None:
    """SIGTERM to the thread that works: only there does it wake one that sleeps or waits."""
    main = threading.main_thread().ident
    if main is not None and hasattr(signal, "pthread_kill"):
        signal.pthread_kill(main, signal.SIGTERM)
    else:
        signal.raise_signal(signal.SIGTERM)


class _Listener:
    """Tells the batch how a group comes along."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._percent = -1

    def started(self, number: int | None) -> None:
        self._percent = -1
        _say(self._out, STARTED, row=number)

    def progress(self, fraction: float) -> None:
        percent = int(100.0 * fraction)
        if percent > self._percent:
            self._percent = percent
            _say(self._out, PROGRESS, fraction=fraction)

    def log(self, level: str, text: str) -> None:
        _say(self._out, LOG, level=level, text=text)


def _say(out: TextIO, event: str, **values: object) -> None:
    try:
        out.write(event_line(event, **values))
        out.flush()
    except OSError as error:  # the batch is gone
        raise StoppedError(signal.SIGTERM) from error
