"""From a strip's sound to curves: the work of the background thread. Imports no bpy."""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from ..model.audio_file import SAMPLE_RATE
from ..model.curves import Curves
from ..model.runtime import choose_runtime
from .audio import DECODERS, audible_samples
from .plan import StripPlan
from .report import Inference
from .timing import RELEASE


def speech_curves(
    strip: StripPlan,
    runtime_name: str,
    weights: Path | None,
    on_progress: Callable[[float], None],
) -> tuple[Curves, Inference]:
    """Decodes the strip's audible range and runs the network on it and on the silence after it.

    Args:
        strip: what to decode.
        runtime_name: "auto", "numpy" or "torch".
        weights: the network's weights file, None for the bundled one.
        on_progress: gets fractions 0..1; an exception it raises ends the work.

    Returns:
        Curves from the strip's first audible frame to RELEASE seconds after its last, and how they
        were made.

    Raises:
        BakeError: the sound cannot be decoded.
        model.errors.A2FError: the network cannot run, or its weights cannot be used.
    """
    began = time.perf_counter()
    on_progress(0.0)
    samples = audible_samples(strip.source, strip.timing, SAMPLE_RATE, DECODERS)
    on_progress(0.0)
    runtime = choose_runtime(runtime_name, weights)
    curves = runtime.predict(_with_release(samples), on_progress)
    return curves, Inference(
        runtime=runtime.name,
        device=runtime.device,
        weights=weights.name if weights is not None else None,
        audio_seconds=strip.timing.duration,
        wall_seconds=time.perf_counter() - began,
    )


def _with_release(samples: np.ndarray) -> np.ndarray:
    """Digital silence after the strip: a word cut short ends there instead of standing still."""
    return np.pad(samples, (0, round(RELEASE * SAMPLE_RATE)))
