"""``python -m model predict AUDIO OUT.csv --fps 100``: curves of a sound file, without Blender."""

import argparse
import csv
import sys
from pathlib import Path

import numpy as np

from .audio_file import SAMPLE_RATE, read_audio
from .curves import Curves
from .errors import A2FError
from .runtime import RUNTIMES, choose_runtime
from .sampling import sample_at


def frame_times(curves: Curves, fps: float) -> np.ndarray:
    """Times [F] in seconds of the frames within the curves' length."""
    return np.arange(np.ceil(round(len(curves.values) / curves.rate * fps, 6))) / fps


def write_csv(path: Path, curves: Curves, fps: float) -> int:
    """Writes ``t,<channel names>`` and a row per frame; returns the number of rows."""
    times = frame_times(curves, fps)
    values = sample_at(curves, times)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("t", *curves.names))
        for time, row in zip(times, values, strict=True):
            writer.writerow((f"{time:.6f}", *(f"{value:.6f}" for value in row)))
    return len(times)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns the exit code (0 done, 1 refused with a sentence)."""
    parser = argparse.ArgumentParser(prog="python -m model", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    predict = commands.add_parser("predict", help="write the curves of a sound file as CSV")
    predict.add_argument("audio", type=Path)
    predict.add_argument("output", type=Path)
    predict.add_argument("--fps", type=float, default=100.0)
    predict.add_argument("--runtime", choices=RUNTIMES, default="numpy")
    predict.add_argument("--weights", type=Path, help="an .npz other than the bundled one")
    options = parser.parse_args(arguments)
    if not options.fps > 0:
        parser.error("--fps must be more than 0")
    try:
        runtime = choose_runtime(options.runtime, options.weights)
        samples = read_audio(options.audio)
        if len(samples) == 0:
            raise A2FError(f'"{options.audio}" holds no sound; choose another file.')
        curves = runtime.predict(samples)
        rows = write_csv(options.output, curves, options.fps)
    except (A2FError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(
        f"{options.output}: {rows} rows from {len(samples) / SAMPLE_RATE:.2f} s of sound "
        f"({runtime.name}, {runtime.device})"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
