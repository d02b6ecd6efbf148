"""``python -m tools.bench --zip ZIP --out docs``: measures, and writes the report there.

``--compare OLD.zip`` also registers and bakes with another zip, in turns with the first, so that a
busy moment of the machine hits both.
"""

import argparse
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from model.optional import optional_import

from . import report
from .measure import SENTENCE, StageError, machine, measured_command, run_stage, write_clip
from .report import Figures, length
from .stages import extension_folder

_RECOGNIZERS = {"pocketSphinx": 10.0, "phonetic": 2.0}
"""Rhubarb's, and how many times faster than each ``predict`` is meant to be."""

_INSERTS_PER_WRITE = 50.0
_HOUR = 3600


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        bakes: seconds of speech -> repeats.
        windows: the same for what holds the main thread up.
        predict: seconds of speech for runtimes, ``predict`` and Rhubarb.
        repeats: of those, of writing keys, and of real time.
        keys: of each channel where keys are written without a bake.
        real_time: seconds of it.
    """

    bakes: dict[int, int]
    windows: dict[int, int]
    predict: int
    repeats: int
    keys: int
    real_time: int


FULL = Plan({60: 5, 600: 3, _HOUR: 1}, {60: 3, 600: 2}, 300, 3, 20_000, 30)
QUICK = Plan({4: 1}, {4: 1}, 4, 1, 200, 1)


class Bench:
    """One run.

    Args:
        folder: exists and is empty; takes the sounds and Blender's user folders.
        plan: how much is measured.
    """

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.figures = Figures(machine())
        self._folder, self._plan = folder, plan
        self._output = folder / "curves.npz"

    def run(self, package: Path, old: Path | None) -> Figures:
        """Measures everything that this machine can.

        Args:
            package: the zip.
            old: the zip to compare it with; None for no comparison.

        Raises:
            StageError: a stage failed.
        """
        user = self._install(package, "new")
        users = [user, self._install(old, "old")] if old else [user]
        for seconds, repeats in self._plan.bakes.items():
            clips = self._clips(seconds, 1 if seconds == _HOUR else 2)
            for turn in range(repeats):
                for each in users[:: -1 if turn % 2 else 1]:  # neither is always the first
                    self._stage("bake", each, clips=clips, length=length(seconds))
        self._predict(user)
        self._keys(user)
        for seconds, repeats in self._plan.windows.items():
            clips = self._clips(seconds, 2)
            for _ in range(repeats):
                self._stage("window.dials_and_preview", user, clips=clips, length=length(seconds))
        (clip,) = self._clips(self._plan.real_time, 1)
        for _ in range(self._plan.repeats):
            self._stage("window.real_time", user, clip=clip, seconds=self._plan.real_time)
        return self.figures

    def _install(self, package: Path, name: str) -> Path:
        """Blender's user folder with a zip installed."""
        user = self._folder / name / "user"
        user.mkdir(parents=True)
        run_stage("install", user, package=str(package))
        run_stage("bake", user, clips=[str(SENTENCE)], length="")  # compiles, as earlier use did
        return user

    def _predict(self, user: Path) -> None:
        """The network by itself; ``predict`` on one and two cores beside other programs."""
        suffix = length(self._plan.predict)
        (clip,) = self._clips(self._plan.predict, 1)
        runtimes = self._runtimes()
        programs = self._programs(clip, suffix)
        for _ in range(self._plan.repeats):
            for label, (name, device) in runtimes.items():
                what = f"network in {label}, {suffix}"
                self._stage("network", user, what=what, name=name, device=device, clip=clip)
            for label, (command, cores) in programs.items():
                cost = measured_command(command, extension_folder(user), cores)
                self._output.unlink(missing_ok=True)  # predict skips what is up to date
                self._add({f"{label}: {kind}": seconds for kind, seconds in cost.items()})
        ours = next(iter(programs))
        for recognizer, at_least in _RECOGNIZERS.items():
            peer = f"Rhubarb {recognizer}, {suffix}"
            if peer in programs:
                self.figures.add_ratio(f"{peer}: wall time", f"{ours}: wall time", at_least)

    def _runtimes(self) -> dict[str, tuple[str, str]]:
        """Name and device of each runtime that works here, by its label."""
        runtimes = {"NumPy": ("numpy", "auto")}
        torch = optional_import("torch")
        if torch is None:
            self.figures.remarks.append("torch is not installed here")
            return runtimes
        runtimes["torch, CPU"] = ("torch", "cpu")
        if torch.cuda.is_available():
            runtimes["torch, GPU"] = ("torch", "cuda")
        else:
            self.figures.remarks.append("torch finds no GPU here")
        return runtimes

    def _programs(self, clip: str, suffix: str) -> dict[str, tuple[list[str], int]]:
        """Command lines that make curves, or mouth shapes, of a sound, and their cores."""
        predict = [sys.executable, "-m", "model", "predict", clip, str(self._output)]
        most = len(os.sched_getaffinity(0))
        programs = {f"predict on two cores, {suffix}": (predict, 2)} if most > 1 else {}
        programs[f"predict on one core, {suffix}"] = (predict, 1)
        if shutil.which("rhubarb"):
            for recognizer in _RECOGNIZERS:
                command = ["rhubarb", "--quiet", "-r", recognizer, "-o", str(self._output), clip]
                programs[f"Rhubarb {recognizer}, {suffix}"] = (command, min(most, 2))
        else:
            self.figures.remarks.append("Rhubarb Lip Sync is not on PATH")
        return programs

    def _keys(self, user: Path) -> None:
        count = self._plan.keys
        for _ in range(self._plan.repeats):
            (written,) = self._stage("write_keys", user, count=count)
        (inserted,) = self._stage("insert_keys", user, count=count)
        at_least = _INSERTS_PER_WRITE if count == FULL.keys else None
        self.figures.add_ratio(inserted, written, at_least)

    def _clips(self, seconds: int, count: int) -> list[str]:
        """Different sounds of the same length, in place of those before."""
        paths = [self._folder / f"clip{seed}.wav" for seed in range(count)]
        return [str(write_clip(path, seconds, seed)) for seed, path in enumerate(paths)]

    def _stage(self, stage: str, user: Path, **arguments: object) -> dict[str, float]:
        """Runs a stage and adds its figures; those of the old zip beside the new one's."""
        found = run_stage(stage, user, **arguments)
        self._add(found, old=user.parent.name == "old")
        return found

    def _add(self, found: dict[str, float], old: bool = False) -> None:
        self.figures.add(found, old)
        print(", ".join(f"{name} {value:.4g}" for name, value in found.items()), flush=True)


def main() -> None:
    """Reads the command line, measures, and writes the report."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--zip", type=Path, required=True, help="as make build makes it")
    parser.add_argument("--compare", type=Path, metavar="ZIP", help="an older zip")
    parser.add_argument("--quick", action="store_true", help="short sounds, each once: a trial")
    parser.add_argument("--out", type=Path, required=True, help="folder for the report")
    options = parser.parse_args()
    old = options.compare.resolve() if options.compare else None
    with tempfile.TemporaryDirectory(prefix="audio2face-bench-") as folder:
        bench = Bench(Path(folder), QUICK if options.quick else FULL)
        try:
            figures = bench.run(options.zip.resolve(), old)
        except StageError as error:
            raise SystemExit(str(error)) from error
    report.write(options.out, figures)


if __name__ == "__main__":
    main()
