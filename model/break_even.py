"""When a GPU is worth the start of torch. Pure numbers, measured by ``tools.bench``.

NumPy starts at once and torch does not: importing it and waking the GPU take seconds, in which
NumPy has heard minutes of sound. All figures are of one machine with two cores and stand for the
order of magnitude; where torch is imported already, its import costs nothing more.
"""

NUMPY_SPEED = 60.0
"""Seconds of sound that NumPy hears in a second, on two cores."""

TORCH_IMPORT_SECONDS = 2.2
"""What ``import torch`` takes on top of NumPy's own import, from a warm disk."""

GPU_START_SECONDS = 2.0
"""From the first use of a GPU to its first result; assumed, as no GPU was at hand."""

GPU_SPEED = 1000.0
"""Seconds of sound that a GPU hears in a second; assumed, half of what is aimed at."""


def start_seconds(torch_is_imported: bool) -> float:
    """Seconds until a GPU hears the first sound."""
    return GPU_START_SECONDS + (0.0 if torch_is_imported else TORCH_IMPORT_SECONDS)


def break_even_seconds(torch_is_imported: bool) -> float:
    """Seconds of sound that NumPy and a GPU, with its start, hear in the same time."""
    return start_seconds(torch_is_imported) / (1.0 / NUMPY_SPEED - 1.0 / GPU_SPEED)


def gpu_pays(seconds: float | None, torch_is_imported: bool) -> bool:
    """Whether a GPU would be done before NumPy; a length that nobody knows counts as long."""
    return seconds is None or seconds > break_even_seconds(torch_is_imported)
