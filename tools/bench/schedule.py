"""Which stage runs on which clip and how often, and what it needs of the stages before it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from . import machine, peers, window
from .clips import write_clip
from .figures import Figures, Row
from .processes import Workshop

BLENDER, SOUND = "blender", "sound"
BPY = "bpy"


@dataclass(frozen=True)
class Stage:
    """A stage that runs on clips.

    Attributes:
        files: names of the files it reads and writes, as the stage's arguments have them.
        needs: what the machine has to have.
    """

    room: str
    name: str
    files: tuple[str, ...]
    needs: frozenset[str] = frozenset()


STAGES = (
    Stage(SOUND, "decode", ("clip",)),
    Stage(SOUND, "features", ("samples",)),
    Stage(SOUND, "numpy", ("samples", "curves")),
    Stage(SOUND, "torch", ("samples",), frozenset({"torch"})),
    Stage(SOUND, "cuda", ("samples",), frozenset({"cuda"})),
    Stage(SOUND, "post", ("curves", "keys")),
    Stage(BLENDER, "write", ("keys",), frozenset({BPY})),
    Stage(BLENDER, "insert", ("keys",), frozenset({BPY})),
    Stage(BLENDER, "bake", ("clip",), frozenset({BPY})),
    Stage(SOUND, "rhubarb", ("samples",), frozenset({"rhubarb"})),
)
"""In the order of a bake; each reads what those before it wrote."""

_WHILE_IT_RUNS = ("listen", "write", "end")
"""Phases of a bake in a window between the press of the button and the last key."""

_FILES = {"clip": ".wav", "samples": ".f32", "curves": ".npy", "keys": ".npz"}


@dataclass(frozen=True)
class Plan:
    """How much is measured.

    Attributes:
        repeats: seconds of a clip -> how often everything runs on it.
        once: repeats of what needs no clip.
        longest: stage -> seconds of the longest clip that it runs on, for those that would take
            too long on longer ones.
        inserts: repeats of the slow way to write many keys.
        windows: seconds of the sounds that are baked in a window.
    """

    repeats: dict[float, int]
    once: int
    longest: dict[str, float]
    inserts: int
    windows: tuple[int, ...]

    def includes(self, stage: str, seconds: float) -> bool:
        """Whether a stage runs on a clip."""
        return seconds <= self.longest.get(stage, float("inf"))


FULL = Plan(
    {5.0: 5, 60.0: 5, 600.0: 3, 3600.0: 1},
    once=5,
    longest={"insert": 60.0, "rhubarb": 60.0},
    inserts=1,
    windows=(60, 600),
)
QUICK = Plan(
    {5.0: 1, 20.0: 1},
    once=1,
    longest=dict.fromkeys(("insert", "write", "torch", "rhubarb"), 5.0),
    inserts=0,
    windows=(5,),
)


class Bench:
    """One run: measures a plan and says what it does.

    Args:
        package: the extension's zip.
        folder: an existing, empty folder with room for the longest clip.
        plan: how much.
        say: gets a line for each thing done.
        windowed: executable of a Blender that can open a window; None leaves its figures out.
    """

    def __init__(
        self,
        package: Path,
        folder: Path,
        plan: Plan,
        say: Callable[[str], None],
        windowed: str | None = None,
    ) -> None:
        self._workshop = Workshop(folder)
        self._package, self._folder, self._plan, self._say = package, folder, plan, say
        self._windowed = windowed
        self._began = time.monotonic()
        self.figures = Figures()

    def run(self) -> Figures:
        """Measures everything that this machine can.

        Raises:
            StageError: a stage failed.
        """
        self.figures.machine |= machine.facts()
        self._workshop.unpack(self._package)
        able = {SOUND, *peers.found()} | {name for name in ("torch", BPY) if machine.has(name)}
        if BPY in able:
            self._install()
        for _ in range(self._plan.once):
            self._starts(able)
        for _ in range(self._plan.inserts if BPY in able else 0):
            self._measure(BLENDER, "many_insert", 0.0)
        for seconds, repeats in self._plan.repeats.items():
            self._on_clip(seconds, repeats, able)
        for length in self._plan.windows if self._windowed else ():
            self._in_window(self._windowed, length)
        return self.figures

    def _install(self) -> None:
        answer = self._workshop.run(BLENDER, "install", package=str(self._package))
        self.figures.machine["Blender"] = str(answer["blender"])
        self._log(f"installed in Blender {answer['blender']}")

    def _starts(self, able: set[str]) -> None:
        """What is paid once a session. Adds "cuda" to what the machine is able to do."""
        if BPY in able:
            self._measure(BLENDER, "start", 0.0)
            self._measure(BLENDER, "enable", 0.0)
            self._measure(BLENDER, "add_head", 0.0)
            self._measure(BLENDER, "many_write", 0.0)
        self._measure(SOUND, "numpy_start", 0.0)
        if "torch" not in able:
            return
        card = self._measure(SOUND, "torch_start", 0.0)["card"]
        if card:
            able.add("cuda")
            self.figures.machine["GPU"] = str(card)
            self._measure(SOUND, "cuda_start", 0.0)

    def _on_clip(self, seconds: float, repeats: int, able: set[str]) -> None:
        files = {name: str(self._folder / f"clip{end}") for name, end in _FILES.items()}
        write_clip(Path(files["clip"]), seconds)
        self._workshop.run(SOUND, "prepare", clip=files["clip"], samples=files["samples"])
        self._log(f"made a clip of {seconds:g} s")
        for turn in range(repeats):
            for stage in STAGES:
                if not (stage.needs <= able and self._plan.includes(stage.name, seconds)):
                    continue
                given = {name: files[name] for name in stage.files}
                said = f"{seconds:g} s, {turn + 1} of {repeats}: "
                self._measure(stage.room, stage.name, seconds, said, **given)
        for name in files.values():
            Path(name).unlink(missing_ok=True)

    def _in_window(self, blender: str, seconds: int) -> None:
        """What held the main thread, in seconds: the longest call while the job ran, and others."""
        answer = window.measured(blender, self._package, seconds)
        self.figures.machine["Blender with a window"] = str(answer["blender"])
        phases = {phase: value / 1e3 for phase, value in answer["longest_ms"].items()}
        held = max(value for phase, value in phases.items() if phase in _WHILE_IT_RUNS)
        values = {"held": held, "gap": answer["longest_gap_ms"] / 1e3, **phases}
        self.figures.rows.append(Row("window", float(seconds), values))
        self._log(f"{seconds} s in a window: held for {1e3 * held:.0f} ms at most")

    def _measure(
        self,
        room: str,
        stage: str,
        seconds: float,
        said: str = "",
        **files: str,
    ) -> dict[str, object]:
        values = self._workshop.run(room, stage, **files)
        self.figures.rows.append(Row(stage, seconds, values))
        time_taken = f"{values['wall']:.3f} s, CPU {values['cpu']:.3f} s"
        self._log(f"{said}{stage} {time_taken}, {values['memory'] / 2**20:.0f} MiB")
        return values

    def _log(self, line: str) -> None:
        self._say(f"[{time.monotonic() - self._began:4.0f} s] {line}")
