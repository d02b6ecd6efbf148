"""From the sound of strips to their curves: decoding and the network, in any thread."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from ...model.framing import SAMPLE_RATE
from ...model.runtime import RuntimeChoice, choose_runtime
from ...model.streaming import Restartable, Runtime
from .cached_curves import StripCurves
from .report import Inference
from .sound.decoders import DECODERS
from .sound.samples import said_seconds, strip_blocks
from .sound.strip_plan import StripPlan
from .sound.strip_timing import RELEASE


def analyze(
    strips: Sequence[StripPlan],
    choice: RuntimeChoice,
    weights: Path | None,
    on_progress: Callable[[float], None],
    choose: Callable[..., Runtime] | None = None,
) -> tuple[tuple[StripCurves, ...], Inference]:
    """Decodes each strip's audible range and runs the network on it and on the silence after it.

    Sound is worked on in pieces; only the curves are held whole.

    Args:
        strips: what to decode.
        choice: what the network is to run on.
        weights: the network's weights file, None for the bundled one.
        on_progress: gets fractions 0..1; an exception it raises ends the work.
        choose: used instead of ``choose_runtime``; keeps a runtime for many bakes in a row.

    Returns:
        The curves of each strip, and how they were made.

    Raises:
        BakeError: a sound cannot be decoded.
        CachedCurvesError: the curves cannot be encoded.
        model.errors.A2FError: the network cannot run, or its weights cannot be used.
    """
    start_time = time.perf_counter()
    on_progress(0.0)
    total = sum(strip.timing.source_duration for strip in strips)
    choose = choose or choose_runtime
    runtime = choose(choice.name, weights, total, choice.device, choice.torch_folder)
    analyzed, done = [], 0.0
    remarks: list[str] = []
    for strip in strips:
        share = strip.timing.source_duration / total

        def within(fraction: float, done: float = done, share: float = share) -> None:
            on_progress(done + share * fraction)

        ends: list[float] = []
        sound = Restartable(partial(strip_blocks, strip, SAMPLE_RATE, DECODERS, ends.append))
        seconds = strip.timing.source_duration + RELEASE
        curves = runtime.predict_blocks(sound, seconds, within)
        analyzed.append(StripCurves.of_strip(strip, curves))
        remarks += _ended_early(strip, ends)
        done += share
    return tuple(analyzed), Inference(
        runtime=runtime.name,
        device=runtime.device,
        weights=weights.name if weights is not None else None,
        audio_seconds=total,
        wall_seconds=time.perf_counter() - start_time,
        remark=runtime.remark,
        sound_remarks=tuple(remarks),
    )


_EARLY = 0.5
"""Seconds by which a sound may end before its strip does."""


def _ended_early(strip: StripPlan, ends: Sequence[float]) -> list[str]:
    """A sentence where less was heard than the file says that it holds."""
    if not ends:
        return []
    said = min(said_seconds(strip.source), strip.source_range[1])
    if said - ends[-1] < _EARLY:
        return []
    return [
        f'"{strip.source.label}" says that it plays {said:.1f} s, but ends after {ends[-1]:.1f} s: '
        "it may be cut short or damaged."
    ]
