"""docs/performance.md, its plot and its figures, of what was measured."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from string import Template

from model.network_config import NetworkConfig
from model.weights_file import load_weights

from .break_even import break_even, constants, runtime
from .figures import Figures, span, write_figures
from .graphics import GpuSpeed, gpu_speed
from .targets import MINUTE, targets
from .wording import count, duration, length, megabytes, number, share, table, times

STAGES = {
    "decode": "decoding to 16 kHz mono",
    "features": "features alone",
    "numpy": "network, NumPy",
    "torch": "network, torch on the CPU",
    "cuda": "network, torch on the GPU",
    "post": "shaping, sampling, key reduction",
    "write": "writing the keys",
    "insert": "the same keys with `keyframe_insert`",
    "bake": "**whole bake**",
    "rhubarb": "Rhubarb Lip Sync",
}
"""What the tables call the stages that run on clips."""

WINDOW_PHASES = {
    "plan": "the button, first imports included",
    "listen": "a tick while it listens",
    "write": "a step of writing",
    "end": "its end",
    "undo": "Blender's own undo step",
}
"""What holds the main thread of a window, and how the tables call it."""

_PARTS = ("decode", "numpy", "post", "write")
_HERE = Path(__file__).parent


def write(folder: Path, found: Sequence[Figures]) -> Iterator[Path]:
    """Writes the report, and names the files.

    Args:
        folder: where to.
        found: the machine that is judged, and others whose GPU may be told of.
    """
    from .plot import draw  # needs matplotlib; the machine that measures may not have it

    folder.mkdir(parents=True, exist_ok=True)
    config, _ = load_weights()
    report, plot, raw = (folder / f"performance.{end}" for end in ("md", "png", "json"))
    report.write_text(text(found, config), "utf-8")
    yield report
    draw(plot, found[0], STAGES)
    yield plot
    write_figures(raw, found)
    yield raw


def text(found: Sequence[Figures], config: NetworkConfig) -> str:
    """The report in markdown."""
    figures = found[0]
    gpu = next((speed for one in found if (speed := gpu_speed(one, config))), None)
    parts = {
        "targets": _targets(figures, gpu),
        "wall": _costs(figures, "wall", duration),
        "cpu": _costs(figures, "cpu", duration),
        "memory": _costs(figures, "memory", megabytes),
        "shares": _shares(figures),
        "runtimes": _runtimes(figures),
        "break_even": _break_even(found),
        "gpu": _gpu(gpu, figures),
        "keys": _keys(figures),
        "start": _start(figures),
        "window": _window(figures),
        "peers": _peers(figures),
        "notes": (_HERE / "notes.md").read_text("utf-8").strip(),
        "machine": _machine(found),
    }
    template = Template((_HERE / "template.md").read_text("utf-8"))
    return template.substitute(parts)


def _targets(figures: Figures, gpu: GpuSpeed | None) -> str:
    rows = [(one.promise, one.measured, one.verdict) for one in targets(figures, gpu)]
    return table(("target", "measured", ""), rows)


def _costs(figures: Figures, what: str, worded: Callable[[float | None], str]) -> str:
    lengths = _lengths(figures)
    rows = []
    for stage, label in STAGES.items():
        if figures.lengths(stage):
            cells = [_cell(figures, stage, one, what, worded) for one in lengths]
            growth = [] if what == "memory" else [number(figures.growth(stage, what, MINUTE))]
            rows.append((label, *cells, *growth))
    growth = [] if what == "memory" else ["growth"]
    return table(("", *map(length, lengths), *growth), rows)


def _cell(
    figures: Figures,
    stage: str,
    seconds: float,
    what: str,
    worded: Callable[[float | None], str],
) -> str:
    middle = worded(figures.median(stage, seconds, what))
    values = figures.values(stage, seconds, what)
    if len(values) < 2:
        return middle
    low, high = span(values)
    return f"{middle} ({worded(low)} to {worded(high)})"


def _lengths(figures: Figures) -> list[float]:
    return sorted({row.seconds for row in figures.rows if row.stage in STAGES})


def _shares(figures: Figures) -> str:
    lengths = figures.lengths("bake")
    rows = []
    for stage in _PARTS:
        parts = [figures.ratio(stage, "bake", one, "wall") for one in lengths]
        rows.append((STAGES[stage], *map(share, parts)))
    return table(("", *map(length, lengths)), rows)


def _runtimes(figures: Figures) -> str:
    lengths = figures.lengths("numpy")
    rows = []
    for name, what in (("wall time", "wall"), ("processor time", "cpu")):
        ratios = [figures.ratio("numpy", "torch", one, what) for one in lengths]
        rows.append((f"NumPy's {name} over torch's on the CPU", *map(times, ratios)))
    speeds = [_real_time(figures, "numpy", one) for one in lengths]
    rows.append(("NumPy, times real time", *map(times, speeds)))
    return table(("", *map(length, lengths)), rows)


def _real_time(figures: Figures, stage: str, seconds: float) -> float | None:
    wall = figures.median(stage, seconds, "wall")
    return None if wall is None else seconds / wall


def _break_even(found: Sequence[Figures]) -> str:
    """From which length on torch pays, each GPU beside its own machine's NumPy."""
    rows, lines = [], []
    for figures in found:
        usual = runtime(figures, "numpy")
        for name in ("torch", "cuda"):
            other = runtime(figures, name)
            if usual is None or other is None:
                continue
            even = break_even(usual, other)
            rows.append(
                (
                    "torch on the CPU" if name == "torch" else figures.machine["GPU"],
                    duration(other.torch_import),
                    duration(other.start - other.torch_import),
                    times(1.0 / other.second),
                    times(1.0 / usual.second),
                    "never" if even is None else duration(even),
                )
            )
            if name == "cuda":
                said = (f"`{key} = {value:g}`" for key, value in constants(usual, other).items())
                lines.append(f"For `model/runtime.py`: {', '.join(said)}.")
    if not rows:
        return "How soon torch pays was not measured: it takes torch and two clips."
    columns = (
        "", "`import torch`", "then to the first second of sound", "speed after that",
        "NumPy's speed there", "done before NumPy from",
    )  # fmt: skip
    return "\n\n".join([table(columns, rows), *lines])


def _gpu(gpu: GpuSpeed | None, figures: Figures) -> str:
    if gpu is None:
        return "No GPU on this machine."
    where = "this machine" if "GPU" in figures.machine else "another machine"
    lines = [
        f"{gpu.card}, on {where}: {length(gpu.seconds)} of sound in {duration(gpu.wall)}, "
        f"{times(gpu.times_real_time)} real time, in {megabytes(gpu.memory)} of the card's memory.",
        f"The network's matrix products are {gpu.flops / 1e12:.2f} TFLOP, counted from its "
        f"configuration; achieved are {gpu.rate / 1e12:.3f} TFLOP/s.",
    ]
    if gpu.limit is not None:
        kind = "TF32" if gpu.tf32 else "float32"
        lines.append(
            f"That is {share(gpu.share)} of the card's limit in {kind} ({gpu.limit.source})."
        )
    lines.append(
        f"One after the other, the carried forward states are {count(gpu.steps)} steps: "
        f"{1e6 * gpu.wall / gpu.steps:.2f} µs each, all else included."
    )
    return "\n".join(lines)


def _keys(figures: Figures) -> str:
    rows = [
        _keys_row(figures, f"{length(one)} of speech", "", one) for one in figures.lengths("insert")
    ]
    rows += [
        _keys_row(figures, "52 channels × 20 000 keys", "many_", one)
        for one in figures.lengths("many_insert")
    ]
    if not rows:
        return "Blender's module is not on this machine."
    return table(("", "keys", "as a bake does", "`keyframe_insert`", "ratio"), rows)


def _keys_row(figures: Figures, label: str, prefix: str, seconds: float) -> tuple[str, ...]:
    fast, slow = f"{prefix}write", f"{prefix}insert"
    return (
        label,
        count(figures.median(slow, seconds, "keys")),
        duration(figures.median(fast, seconds, "wall")),
        duration(figures.median(slow, seconds, "wall")),
        times(figures.ratio(slow, fast, seconds, "wall")),
    )


def _start(figures: Figures) -> str:
    rows = [
        (label, duration(figures.median(stage, 0.0, "wall")))
        for stage, label in (
            ("start", "Blender itself (`import bpy`)"),
            ("enable", "import and register of the add-on"),
            ("add_head", "adding the demo head with its sentence"),
            ("numpy_start", "NumPy's runtime, first second of sound included"),
            ("torch_start", "torch's runtime on the CPU, likewise"),
            ("cuda_start", "torch's runtime on the GPU, likewise"),
        )
        if figures.values(stage, 0.0, "wall")
    ]
    return table(("", "wall time"), rows)


def _window(figures: Figures) -> str:
    rows = [
        (
            length(one),
            *(duration(figures.median("window", one, phase)) for phase in WINDOW_PHASES),
            duration(figures.median("window", one, "gap")),
        )
        for one in figures.lengths("window")
    ]
    if not rows:
        return "Measured only with `--blender`, the executable of a Blender that can open a window."
    return table(("", *WINDOW_PHASES.values(), "longest between two of Blender's ticks"), rows)


def _peers(figures: Figures) -> str:
    lengths = figures.lengths("rhubarb")
    if not lengths:
        return "None of the peer programs that the bench knows (Rhubarb Lip Sync) is on PATH here."
    rows = [
        (length(one), times(figures.ratio("rhubarb", "numpy", one, "wall")),
         times(figures.ratio("rhubarb", "numpy", one, "cpu")))
        for one in lengths
    ]  # fmt: skip
    return table(("Rhubarb's cost over NumPy's", "wall time", "processor time"), rows)


def _machine(found: Sequence[Figures]) -> str:
    rows = []
    for number_, figures in enumerate(found):
        rows += [
            (name if number_ == 0 else f"{name}, the GPU's machine", value)
            for name, value in figures.machine.items()
        ]
    return "\n".join(f"| {name} | {value} |" for name, value in rows)
