"""From which length of sound on another runtime is done before NumPy, its start included."""

from dataclasses import dataclass

from .figures import Figures


@dataclass(frozen=True)
class Runtime:
    """What a runtime costs in wall time.

    Attributes:
        start: seconds before it hears the first sound: imports, network, first call.
        second: seconds for each second of sound.
    """

    start: float
    second: float


def runtime(figures: Figures, name: str) -> Runtime | None:
    """Of "numpy", "torch" or "cuda"; None where it was not measured on two lengths."""
    second = figures.per_second(name, "wall")
    start = figures.median(f"{name}_start", 0.0, "wall")
    return None if second is None or start is None else Runtime(start, second)


def break_even(usual: Runtime, other: Runtime) -> float | None:
    """Seconds of sound for which both take the same time; None where the other never catches up."""
    if other.second >= usual.second:
        return None
    return max(other.start - usual.start, 0.0) / (usual.second - other.second)
