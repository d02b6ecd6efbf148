"""``python -m tools.bench --zip ZIP --out docs``: measures, and writes the report there.

``--compare OLD.zip`` also registers and bakes with another zip, in turns with the first, so that a
busy moment of the machine hits both.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import addon, report
from .measure import SENTENCE, StageError, machine, measured_command, run_stage, write_clip
from .report import MAIN_THREAD, Figures, length

_RECOGNIZERS = {"pocketSphinx": 10.0, "phonetic": 2.0}
"""Rhubarb's, and how many times faster than each ``predict`` is meant to be."""

_BAKE = {
    "register": ("import and register", "s"),
    "first wall": ("first bake", "s"),
    "first cpu": ("first bake, processor time", "s"),
    "first memory": ("first bake, memory added", "B"),
    "later wall": ("later bake", "s"),
    "later cpu": ("later bake, processor time", "s"),
}
"""What the stage measures, what the report calls it, and its unit."""

_HOUR = 3600
_BAKE_LIMITS = {60: {"first wall": 2.5}, _HOUR: {"first memory": 400 * 2.0**20}}


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
        self._began = time.monotonic()

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
            self._bake(seconds, repeats, users)
        self._predict(user)
        self._keys(user)
        for seconds, repeats in self._plan.windows.items():
            self._window(seconds, repeats, user)
        self._real_time(user)
        return self.figures

    def _install(self, package: Path, name: str) -> Path:
        """Blender's user folder with a zip installed."""
        user = self._folder / name / "user"
        user.mkdir(parents=True)
        run_stage("install", user, package=str(package))
        run_stage("bake", user, clips=[str(SENTENCE)])  # compiles, as any earlier use did
        return user

    def _bake(self, seconds: int, repeats: int, users: list[Path]) -> None:
        clips = [str(path) for path in self._clips(seconds, 1 if seconds == _HOUR else 2)]
        for turn in range(repeats):
            for user in users[:: -1 if turn % 2 else 1]:  # neither is always the first
                found = self._stage("bake", user, clips=clips)
                limits = {"register": 0.05, **_BAKE_LIMITS.get(seconds, {})}
                for name, (label, unit) in _BAKE.items():
                    if name in found:
                        what = label if name == "register" else f"{label}, {length(seconds)}"
                        add = self.figures.add if user is users[0] else self.figures.add_old
                        add(what, unit, found[name], at_most=limits.get(name))

    def _predict(self, user: Path) -> None:
        """The network by itself; ``predict`` on one and two cores beside other programs."""
        seconds = self._plan.predict
        (clip,) = self._clips(seconds, 1)
        found = run_stage("devices", user)
        runtimes = {"NumPy": ("numpy", "auto"), "torch, CPU": ("torch", "cpu")}
        if not found["torch"]:
            del runtimes["torch, CPU"]
            self.figures.remarks.append("torch is not installed here")
        if found["cuda"]:
            runtimes["torch, GPU"] = ("torch", "cuda")
        else:
            self.figures.remarks.append("torch finds no GPU here")
        programs = self._programs(clip)
        for _ in range(self._plan.repeats):
            for label, (name, device) in runtimes.items():
                cost = self._stage("network", user, name=name, device=device, clip=str(clip))
                what = f"network in {label}, {length(seconds)}"
                self.figures.add(f"{what}: times real time", "×", seconds / cost["wall"])
                self.figures.add(f"{what}: start", "s", cost["start"])
            for label, (command, cores) in programs.items():
                cost = measured_command(command, addon.folder(user), cores)
                self._output.unlink(missing_ok=True)  # predict skips what is up to date
                self._say(f"{label}: {cost['wall']:.2f} s")
                self.figures.add(f"{label}: wall time", "s", cost["wall"])
                self.figures.add(f"{label}: processor time", "s", cost["cpu"])
        ours = next(iter(programs))
        for recognizer, at_least in _RECOGNIZERS.items():
            peer = f"Rhubarb {recognizer}, {length(seconds)}"
            if peer in programs:
                self.figures.add_ratio(f"{peer}: wall time", f"{ours}: wall time", at_least)

    def _programs(self, clip: Path) -> dict[str, tuple[list[str], int]]:
        """Command lines that make curves, or mouth shapes, of a sound, and their cores."""
        suffix = length(self._plan.predict)
        predict = [sys.executable, "-m", "model", "predict", str(clip), str(self._output)]
        most = len(os.sched_getaffinity(0))
        names = {1: "one core", 2: "two cores"}
        programs = {
            f"predict on {names[cores]}, {suffix}": (predict, cores)
            for cores in (2, 1)
            if cores <= most
        }
        if shutil.which("rhubarb"):
            for recognizer in _RECOGNIZERS:
                command = ["rhubarb", "--quiet", "-r", recognizer, "-o", str(self._output)]
                programs[f"Rhubarb {recognizer}, {suffix}"] = ([*command, str(clip)], min(most, 2))
        else:
            self.figures.remarks.append("Rhubarb Lip Sync is not on PATH")
        return programs

    def _keys(self, user: Path) -> None:
        count = self._plan.keys
        what = f"52 × {count} keys"
        limit = 0.5 if count == FULL.keys else None
        for _ in range(self._plan.repeats):
            cost = self._stage("write_keys", user, count=count)
            self.figures.add(f"{what} written", "s", cost["wall"], at_most=limit)
        cost = self._stage("insert_keys", user, count=count)
        self.figures.add(f"{what} with `keyframe_insert`", "s", cost["wall"])
        at_least = 50.0 if limit else None
        self.figures.add_ratio(f"{what} with `keyframe_insert`", f"{what} written", at_least)

    def _window(self, seconds: int, repeats: int, user: Path) -> None:
        clip, other = self._clips(seconds, 2)
        for _ in range(repeats):
            found = self._stage("window.dials_and_preview", user, clip=str(clip), other=str(other))
            wait = found.pop("from a dial step to its keys")
            self.figures.add(f"from a dial step to its keys, {length(seconds)}", "s", wait)
            for label, longest in found.items():
                name = f"{MAIN_THREAD}{label}, {length(seconds)}"
                self.figures.add(name, "s", longest, at_most=0.05)

    def _real_time(self, user: Path) -> None:
        seconds = self._plan.real_time
        (clip,) = self._clips(seconds, 1)
        for _ in range(self._plan.repeats):
            found = self._stage("window.real_time", user, clip=str(clip), seconds=seconds)
            for what, limit in (("median", None), ("99.9th percentile", 0.008)):
                name = f"real time on the main thread, each frame: {what}"
                self.figures.add(name, "s", found[what], at_most=limit)

    @property
    def _output(self) -> Path:
        return self._folder / "curves.npz"

    def _clips(self, seconds: int, count: int) -> list[Path]:
        """Different sounds of the same length, in place of those before."""
        paths = [self._folder / f"clip{seed}.wav" for seed in range(count)]
        return [write_clip(path, seconds, seed) for seed, path in enumerate(paths)]

    def _stage(self, stage: str, user: Path, **arguments: object) -> dict[str, float]:
        answer = run_stage(stage, user, **arguments)
        self._say(f"{stage}: " + ", ".join(f"{name} {v:.4g}" for name, v in answer.items()))
        return answer

    def _say(self, line: str) -> None:
        print(f"[{time.monotonic() - self._began:4.0f} s] {line}", flush=True)


def main() -> None:
    """Reads the command line, measures, and writes the report."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--zip", type=Path, required=True, help="as make build makes it")
    parser.add_argument("--compare", type=Path, metavar="ZIP", help="an older zip")
    parser.add_argument("--quick", action="store_true", help="short sounds, each once: a trial")
    parser.add_argument("--out", type=Path, required=True, help="folder for the report")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="audio2face-bench-") as folder:
        bench = Bench(Path(folder), QUICK if options.quick else FULL)
        old = options.compare.resolve() if options.compare else None
        try:
            figures = bench.run(options.zip.resolve(), old)
        except StageError as error:
            raise SystemExit(str(error)) from error
    report.write(options.out, figures)


if __name__ == "__main__":
    main()
