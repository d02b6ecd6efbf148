"""Clocks, test sounds, and stages in fresh processes."""

import gc
import json
import os
import platform
import re
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import metadata
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
RATE = 48000
SENTENCE = ROOT / "blender_audio2face" / "demo_head" / "sentence.flac"


class StageError(RuntimeError):
    """A stage failed, or did nothing that could be measured."""


class Clock:
    """Times calls on the main thread.

    Attributes:
        label: what the artist is doing.
        calls: seconds of each call, by label.
    """

    def __init__(self) -> None:
        self.calls: dict[str, list[float]] = {}
        self.label = "idle"
        self._inside = False

    @contextmanager
    def counting_as(self, label: str) -> Iterator[None]:
        """Calls inside count as ``label``."""
        before, self.label = self.label, label
        try:
            yield
        finally:
            self.label = before

    def timed(self, function: Callable) -> Callable:
        """The function, timed. A call within another counts as part of the outer one."""

        @wraps(function)
        def call(*arguments: object) -> object:
            if self._inside or threading.current_thread() is not threading.main_thread():
                return function(*arguments)
            self._inside, began = True, time.perf_counter()
            try:
                return function(*arguments)
            finally:
                self.calls.setdefault(self.label, []).append(time.perf_counter() - began)
                self._inside = False

        return call


def measured(work: Callable[[], object]) -> dict[str, float]:
    """Cost of some work that is done once.

    Returns:
        ``wall`` and ``cpu`` in seconds, the latter of all threads, and ``memory``: bytes at the
        peak beyond those held before.
    """
    gc.collect()
    reset = Path("/proc/self/clear_refs")
    if os.access(reset, os.W_OK):
        reset.write_text("5")  # sets the peak back to what is held now
    before = _memory("VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"wall": wall, "cpu": cpu, "memory": max(_memory("VmHWM") - before, 0)}


def measured_command(command: list[str], cwd: Path, cores: int) -> dict[str, float]:
    """``wall time`` and ``processor time`` of a program on so many cores, in seconds.

    Raises:
        StageError: the program failed.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(allowed)[:cores])  # as taskset does: the program inherits it
    try:
        wall = time.perf_counter()
        ended = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
        wall = time.perf_counter() - wall
    finally:
        os.sched_setaffinity(0, allowed)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if ended.returncode:
        raise StageError(f"{' '.join(command)} failed:\n{ended.stdout}{ended.stderr}")
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return {"wall time": wall, "processor time": cpu}


def run_stage(stage: str, resources: Path, **arguments: object) -> dict[str, float]:
    """The answer of a stage (see ``stages``), run in a fresh process.

    Args:
        stage: name of the function.
        resources: Blender's user folder for it.
        arguments: the function's, plain values.

    Raises:
        StageError: the process failed.
    """
    answer = resources.parent / "answer.json"
    answer.unlink(missing_ok=True)
    environment = {**os.environ, "BLENDER_USER_RESOURCES": str(resources)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an artist's Blender compiles only once
    ended = subprocess.run(
        [sys.executable, "-m", "tools.bench.stages", stage, json.dumps(arguments), str(answer)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode or not answer.is_file():
        raise StageError(f"The stage {stage} failed:\n{ended.stdout}{ended.stderr}")
    return json.loads(answer.read_text("utf-8"))


def write_clip(path: Path, seconds: float, seed: int = 0) -> Path:
    """Writes 48 kHz stereo speech: the demo's sentence at other speeds and levels, with pauses, so
    that no two stretches are alike. The same seed gives the same file."""
    import soundfile

    rng = np.random.default_rng(seed)
    missing = round(seconds * RATE)
    with soundfile.SoundFile(str(path), "w", RATE, 2, "PCM_16") as file:
        for piece in _speech(rng):
            part = piece[:missing]
            # A room is never digitally silent: -70 dB of noise.
            part = part + 3e-4 * rng.standard_normal(len(part), np.float32)
            file.write(np.stack([part, 0.8 * part], axis=1))
            missing -= len(part)
            if missing == 0:
                break
    return path


def _speech(rng: np.random.Generator) -> Iterator[np.ndarray]:
    """Sentences and pauses without end, float32 mono [n] at RATE."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(str(SENTENCE), dtype="float32")
    versions = [
        soxr.resample(samples, rate * speed, RATE).astype(np.float32)
        for speed in np.linspace(0.88, 1.14, 9)
    ]
    while True:
        yield versions[rng.integers(len(versions))] * np.float32(rng.uniform(0.25, 1.0))
        yield np.zeros(round(rng.uniform(0.2, 1.6) * RATE), np.float32)


def machine() -> dict[str, str]:
    """Processor, cores, memory, system and versions; nothing that names the machine."""
    cpuinfo = Path("/proc/cpuinfo")
    text = cpuinfo.read_text() if cpuinfo.is_file() else ""
    name = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    facts = {
        "processor": name[1] if name else platform.processor() or "unknown",
        "cores": str(len(os.sched_getaffinity(0))),
        "memory": f"{memory / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.machine()}",
        "Python": platform.python_version(),
    }
    for package in ("bpy", "numpy", "torch"):
        try:
            facts[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            facts[package] = "none"
    return facts


def _memory(field: str) -> int:
    """Bytes of this process by a field of Linux's /proc/self/status."""
    status = Path("/proc/self/status").read_text()
    return 1024 * int(re.search(rf"^{field}:\s*(\d+)", status, re.MULTILINE)[1])
