"""What a piece of work costs the process it runs in: time, processor time, memory."""

import gc
import os
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_RESET_PEAK = "5"


@dataclass(frozen=True)
class Cost:
    """Cost of one piece of work.

    Attributes:
        wall: seconds that passed.
        cpu: seconds of processor time, all threads together.
        memory: bytes at the peak beyond those held before.
    """

    wall: float
    cpu: float
    memory: int

    def plain(self) -> dict[str, float]:
        """For JSON."""
        return asdict(self)


def measured(work: Callable[[], Result]) -> tuple[Result, Cost]:
    """Does some work once; returns its result and its cost."""
    gc.collect()
    _forget_peak()
    held = resident()
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return result, Cost(wall, cpu, max(_peak() - held, 0))


def of_children(work: Callable[[], Result]) -> tuple[Result, Cost]:
    """The same of the child processes that some work waits for, the first that this process has;
    the memory is all that the largest of them held."""
    wall = time.perf_counter()
    result = work()
    wall = time.perf_counter() - wall
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return result, Cost(wall, used.ru_utime + used.ru_stime, _bytes(used.ru_maxrss))


def _forget_peak() -> None:
    """Linux can start the peak anew; elsewhere it is the highest since the process began."""
    if os.access(_CLEAR, os.W_OK):
        _CLEAR.write_text(_RESET_PEAK)


def resident() -> int:
    """Bytes in memory now; where the system does not tell, their peak so far."""
    return _status("VmRSS") if _STATUS.exists() else _peak()


def _peak() -> int:
    if _STATUS.exists():
        return _status("VmHWM")
    return _bytes(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _status(name: str) -> int:
    lines = _STATUS.read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _bytes(maximum: int) -> int:
    """Of ru_maxrss, which macOS gives in bytes and Linux in kilobytes."""
    return maximum if sys.platform == "darwin" else maximum * 1024
