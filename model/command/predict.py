"""``predict``: the curves of a sound file, as a file."""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np

from ..audio_file import audio_seconds, voice_blocks
from ..curve_files import FORMATS, format_for, write
from ..curves import Curves
from ..errors import A2FError
from ..framing import SAMPLE_RATE
from ..input_files import why_not_a_file
from ..numpy_network import NumpyRuntime
from ..runtime import DEVICES, RUNTIMES, choose_runtime
from ..sampling import sample_at
from ..streaming import Progress, Runtime
from ..weights_file import DEFAULT_WEIGHTS
from . import two_processes
from .atomic_write import OutputError
from .console import Observer, Outcome, number_in
from .job_record import FileDigests, digest_of, is_up_to_date, recorded_write
from .runtime_cache import RuntimeCache

_USUAL_FPS = {"livelink": 60.0}
_FPS = 100.0
_MOST_FPS = 1000.0
_LONG_SECONDS = 90.0
"""Length of sound from which two processes are done before one, their start included."""

_JOB_VERSION = 1
"""Raised where the same input gives other curves than before."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``predict``."""
    parser.add_argument("audio", type=Path, help="a sound file")
    parser.add_argument("output", type=Path, help="the file to write: .csv, .json or .npz")
    parser.add_argument(
        "--format", choices=FORMATS, help="livelink is the CSV of Live Link Face; else by the name"
    )
    parser.add_argument(
        "--fps", type=frame_rate, help="rows a second, up to 1000; 60 for livelink, else 100"
    )
    parser.add_argument("--runtime", choices=RUNTIMES, default="numpy")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="what torch runs on")
    parser.add_argument("--weights", type=Path, help="an .npz other than the bundled one")


def frame_rate(text: str) -> float:
    """A number of rows a second. Raises ArgumentTypeError for what is none."""
    number = number_in(text)
    if not 0.0 < number <= _MOST_FPS:
        raise argparse.ArgumentTypeError(f"must be more than 0, and at most {_MOST_FPS:g}")
    return number


def predict(
    options: argparse.Namespace,
    console: Observer,
    decode: Callable[[Path], Iterable[np.ndarray]] = voice_blocks,
    torch_folder: Path | None = None,
    cache: RuntimeCache | None = None,
    length: Callable[[Path], float] | None = None,
) -> Outcome:
    """Writes the curves of a sound file, unless they are there already.

    Args:
        options: of ``add_arguments``, and ``force``.
        console: gets the progress, and the runtime's remark.
        decode: samples of a file at 16 kHz, in pieces float32 [n].
        torch_folder: see ``choose_runtime``.
        cache: of all jobs of this process; without it the job has the machine to itself.
        length: seconds of a file; without it another ``decode`` runs once more to count samples.

    Raises:
        A2FError: the sound or the weights cannot be used.
        OutputError: the file cannot be written.
        OSError: the sound cannot be read.
    """
    is_alone = cache is None
    cache = cache or RuntimeCache(choose_runtime)
    audio, output = options.audio, options.output
    form = format_for(output, options.format)
    fps = options.fps or _USUAL_FPS.get(form, _FPS)
    reason = why_not_a_file(audio)
    if reason is not None:
        raise A2FError(f'The sound file "{audio}" {reason}: choose another.')
    if output.exists() and output.samefile(audio):
        raise A2FError(f'"{output}" is the sound itself: choose another output.')
    if not output.parent.is_dir():
        raise OutputError(f'The folder of "{output}" does not exist: make it first.')
    job = _job(audio, options.weights, form, fps, cache.digests)
    if is_up_to_date(output, job, force=options.force):
        text = f"{output}: nothing to do, it is up to date (--force to do it anyway)"
        return Outcome(text, {"output": str(output), "job": job}, unchanged=True)
    console.progress(0.0)
    sound = _Sound(audio, decode)
    if length is None:
        length = audio_seconds if decode is voice_blocks else sound.count_seconds
    expected = length(audio)
    if expected == 0:
        raise A2FError(f'The sound file "{audio}" is empty: choose another.')
    weights = options.weights or DEFAULT_WEIGHTS
    runtime = cache.runtime(
        options.runtime, options.weights, expected, options.device, torch_folder
    )
    may_share = is_alone and expected >= _LONG_SECONDS and _cores() > 1
    curves = _run(runtime, weights if may_share else None, sound, expected, console.progress)
    curves = at_frames(curves, fps)
    with recorded_write(output, job) as path:
        write(path, curves, form)
    if runtime.remark is not None:
        console.log("warning", runtime.remark)
    console.progress(1.0)
    rows, seconds = len(curves.values), sound.samples / SAMPLE_RATE
    return Outcome(
        f"{output}: {rows} rows from {seconds:.2f} s of sound ({runtime.name}, {runtime.device})",
        {
            "audio": str(audio),
            "output": str(output),
            "output_format": form,
            "rows": rows,
            "fps": fps,
            "seconds": round(seconds, 6),
            "runtime": runtime.name,
            "device": runtime.device,
            "remark": runtime.remark,
            "job": job,
        },
    )


class _Sound:
    """A file's samples, decoded each time they are iterated, and counted."""

    def __init__(self, path: Path, decode: Callable[[Path], Iterable[np.ndarray]]) -> None:
        self._path = path
        self._decode = decode
        self.samples = 0

    def __iter__(self) -> Iterator[np.ndarray]:
        self.samples = 0
        for block in self._decode(self._path):
            self.samples += len(block)
            yield block

    def count_seconds(self, _path: Path) -> float:
        """The length, of which the whole sound is decoded."""
        return sum(map(len, self)) / SAMPLE_RATE


def _run(
    runtime: Runtime,
    weights: Path | None,
    sound: _Sound,
    seconds: float,
    on_progress: Progress,
) -> Curves:
    """Curves of a sound; with NumPy in two processes where ``weights``, the network's file, is
    given and they can be started, else in this one."""
    if weights is not None and isinstance(runtime, NumpyRuntime):
        with suppress(two_processes.ProcessError):
            return two_processes.predict_blocks(
                runtime.config, weights, sound, seconds, on_progress
            )
    return runtime.predict_blocks(sound, seconds, on_progress)


def _cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def at_frames(curves: Curves, fps: float) -> Curves:
    """Curves at another rate, for the frames within their length; lip closures survive it."""
    count = int(np.ceil(round(len(curves.values) / curves.rate * fps, 6)))
    return Curves(curves.names, fps, sample_at(curves, np.arange(count) / fps))


def _job(audio: Path, weights: Path | None, form: str, fps: float, digests: FileDigests) -> str:
    weights = weights or DEFAULT_WEIGHTS
    return digest_of(
        {
            "job": "predict",
            "version": _JOB_VERSION,
            "audio": digests.of(audio),
            "weights": digests.of(weights) if weights.is_file() else None,
            "format": form,
            "fps": fps,
        }
    )
