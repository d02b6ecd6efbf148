"""From which length of sound on another runtime is done before NumPy, its start included."""

from dataclasses import dataclass

from .figures import Figures


@dataclass(frozen=True)
class Runtime:
    """What a runtime costs in wall time.

    Attributes:
        start: seconds before it hears the first sound: imports, network, first call.
        second: seconds for each second of sound.
        torch_import: seconds of ``start`` that ``import torch`` takes.
    """

    start: float
    second: float
    torch_import: float = 0.0


def runtime(figures: Figures, name: str) -> Runtime | None:
    """Of "numpy", "torch" or "cuda"; None where it was not measured on two lengths."""
    second = figures.per_second(name, "wall")
    start = figures.median(f"{name}_start", 0.0, "wall")
    if second is None or start is None:
        return None
    imported = figures.median(f"{name}_start", 0.0, "torch_import")
    return Runtime(start, second, imported or 0.0)


def break_even(usual: Runtime, other: Runtime) -> float | None:
    """Seconds of sound for which both take the same time; None where the other never catches up."""
    if other.second >= usual.second:
        return None
    return max(other.start - usual.start, 0.0) / (usual.second - other.second)


def constants(usual: Runtime, gpu: Runtime) -> dict[str, float]:
    """What ``model.runtime`` should say, by the names it has there; two digits."""
    found = {
        "NUMPY_SPEED": 1.0 / usual.second,
        "TORCH_IMPORT_SECONDS": gpu.torch_import,
        "GPU_START_SECONDS": gpu.start - gpu.torch_import,
        "GPU_SPEED": 1.0 / gpu.second,
    }
    return {name: float(f"{value:.2g}") for name, value in found.items()}
