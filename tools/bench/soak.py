"""``python -m tools.bench.soak``: an hour of a bad microphone, heard as in real time.

Blocks of 20 ms go through what the engine's thread does (resampling, gain, meter, network, dials,
recording) as fast as they are taken, with jitter, blocks that are missing or late, and a sound card
that runs slow. Told are how far the face drifts against the voice, by how much memory grows, and
what a block costs.
"""

import argparse
import gc
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import numpy as np
import soundfile

from model.audio_file import to_mono_16k
from model.numpy_network import NumpyNetwork, NumpyRuntime
from model.streaming import Stream, low_latency
from model.weights_file import load_weights

from . import clips
from .cost import resident

PACKAGE = "shipped"
MISSING, LATE, JITTER, RATE_ERROR = 0.003, 0.003, 0.004, 1e-4
_BLOCK = 0.02
_WARM = 300.0  # s of sound after which memory counts
_MINUTE = 60.0
_LAG = 30  # ms that are searched to both sides
_CHANNEL = "jawOpen"


@dataclass(frozen=True)
class Outcome:
    """What an endurance test showed.

    Attributes:
        seconds: of sound.
        delay_ms: from a sound to its frame, as the engine states it.
        blocks, missing, late: what came of the blocks.
        drift_ms: of each minute, how much the face came after the voice.
        growth_mb: by how much the process grew after the first minutes, at most.
        cost_ms: of a block, processor time: median, 99th and 99.9th percentile, most.
        share: the 99.9th percentile over the block's duration.
        hop_share: the same of the network's own blocks, with all the work on the sound in them.
        times_real_time: sound over processor time.
    """

    seconds: float
    delay_ms: float
    blocks: int
    missing: int
    late: int
    drift_ms: tuple[float, ...]
    growth_mb: float
    cost_ms: tuple[float, float, float, float]
    share: float
    hop_share: float
    times_real_time: float

    def paragraph(self) -> str:
        """For people."""
        worst, last = max(map(abs, self.drift_ms)), abs(self.drift_ms[-1])
        median, _, rare, most = self.cost_ms
        return (
            f"{self.seconds / 60:.0f} min of sound in blocks of {1000 * _BLOCK:.0f} ms, "
            f"{self.missing} of them missing, {self.late} late, with {1000 * JITTER:.0f} ms of "
            f"jitter and a clock {1e6 * RATE_ERROR:.0f} ppm fast: the face stayed within "
            f"{worst:.0f} ms of the voice and was {last:.0f} ms off at the end; memory grew by "
            f"{self.growth_mb:.1f} MB. A block cost {median:.2f} ms of processor time (median), "
            f"{rare:.2f} ms at the 99.9th percentile ({100 * self.share:.0f} % of its duration) "
            f"and {most:.1f} ms at most; all the work of one of the network's blocks took "
            f"{100 * self.hop_share:.0f} % of its duration at that percentile. In all "
            f"{self.times_real_time:.0f} times real time."
        )


class Loop:
    """A sound that repeats itself, as one of any length that lies in memory once."""

    def __init__(self, samples: np.ndarray, count: int) -> None:
        """Samples [n] until there are ``count``, a multiple of n at best."""
        self._samples, self._count = samples, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> np.ndarray:
        indices = np.arange(part.start, min(part.stop, self._count))
        return self._samples[indices % len(self._samples)]


def soak(samples: np.ndarray, rate: int, seconds: float, sooner: bool, package: str) -> Outcome:
    """Hears a sound again and again.

    Args:
        samples: float32 mono [n], whole seconds.
        rate: of them, in Hz.
        seconds: for how long it is heard.
        sooner: whether with low latency.
        package: under which name the extension can be imported.
    """
    config, arrays = load_weights()
    if sooner:
        config = low_latency(config)
    rooms = _Rooms(package)
    faults = rooms.file_source.Faults(MISSING, LATE, JITTER, RATE_ERROR)
    source = rooms.file_source.FileSource(
        Loop(samples, round(seconds * rate)), rate, block=_BLOCK, real_time=False, faults=faults
    )
    showing = rooms.showing.Showing(config.channels, rooms.dials.Dials(blinks=False))
    stream = Stream(NumpyNetwork(config, arrays))
    engine = rooms.engine.Engine(source, stream, showing=showing)
    hearing = rooms.hearing.Hearing(rate, _BLOCK, stream, True, showing)
    recorder = rooms.recorder.Recorder(config.channels)
    hearing.record(recorder)
    column = config.channels.index(_CHANNEL)
    # Full, so that the system gives their memory before it is measured.
    seen = np.full((round(seconds * 100) + 100, 2), np.nan)
    costs = np.full(round(seconds / _BLOCK) + 1, np.nan)
    hops = np.full(len(costs), np.nan)
    rows = done = made = 0
    hop = 0.0
    sizes: list[int] = []
    for block, clock, due in source.blocks():
        began = time.thread_time()
        frames = hearing.hear(block, clock)
        engine.frames.push(frames)
        engine.frames.due(due)
        costs[done] = time.thread_time() - began
        hop += costs[done]
        done += 1
        if frames:
            hops[made] = hop / len(frames) * config.block_frames
            made, hop = made + 1, 0.0
        for frame in frames:
            seen[rows] = frame.seconds, frame.values[column]
            rows += 1
        if done % round(_MINUTE / _BLOCK) == 0 and due >= min(_WARM, seconds / 2):
            gc.collect()
            sizes.append(resident())
    recorder.close()
    clock, values = seen[:rows].T
    baked = NumpyRuntime(config, arrays).predict(to_mono_16k(samples, rate)).values[:, column]
    drift = tuple(_lags(clock / (1.0 + RATE_ERROR), values, baked, seconds))
    costs = 1000.0 * costs[:done]
    rare = np.percentile(costs, [50, 99, 99.9, 100])
    return Outcome(
        seconds=seconds,
        delay_ms=1000 * engine.delay,
        blocks=hearing.counts.blocks,
        missing=hearing.counts.missing,
        late=hearing.counts.late,
        drift_ms=drift,
        growth_mb=(max(sizes) - sizes[0]) / 1e6 if sizes else 0.0,
        cost_ms=tuple(rare.tolist()),
        share=float(rare[2]) / (1000 * _BLOCK),
        hop_share=float(np.percentile(hops[:made], 99.9)) * 100 / config.block_frames,
        times_real_time=1000 * seconds / float(costs.sum()),
    )


class _Rooms:
    """Modules of the extension."""

    def __init__(self, package: str) -> None:
        self._package = package
        self.engine = self._room("realtime.engine")
        self.file_source = self._room("realtime.file_source")
        self.hearing = self._room("realtime.hearing")
        self.recorder = self._room("realtime.recorder")
        self.showing = self._room("realtime.showing")
        self.dials = self._room("shaping.dials")

    def _room(self, name: str) -> ModuleType:
        return import_module(f"{self._package}.blender_audio2face.{name}")


def _lags(
    clock: np.ndarray, values: np.ndarray, baked: np.ndarray, seconds: float
) -> Iterator[float]:
    """Of each minute, by how many milliseconds values [T] come after the baked ones [R].

    Args:
        clock: seconds of sound at which the values say they were heard, [T].
        values: of a channel.
        baked: the same channel of the sound that repeats, at 100 Hz.
        seconds: of sound.
    """
    shifts = np.arange(-_LAG, _LAG + 1) / 1000.0
    around = np.arange(-100, len(baked) + 100)
    for start in np.arange(0.0, seconds - 1.0, _MINUTE):
        part = (clock >= start + 1.0) & (clock < min(start + _MINUTE, seconds) - 1.0)
        period = len(baked) / 100.0
        phase = clock[part] % period
        fit = [
            np.corrcoef(np.interp(phase - s, around / 100.0, baked[around % len(baked)]),
                        values[part])[0, 1]
            for s in shifts
        ]  # fmt: skip
        best = int(np.argmax(fit))
        yield 1000.0 * float(shifts[best])


def _load_package() -> None:
    root = Path(__file__).resolve().parents[2]
    spec = spec_from_file_location(
        PACKAGE, root / "__init__.py", submodule_search_locations=[str(root)]
    )
    sys.modules[PACKAGE] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[PACKAGE])


def main() -> None:
    """Prints what was found, as a sentence and as JSON."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench.soak")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--low-latency", action="store_true")
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args()
    _load_package()
    with tempfile.TemporaryDirectory() as folder:
        clip = clips.write_clip(Path(folder) / "clip.wav", min(300.0, 60.0 * options.minutes))
        samples = soundfile.read(str(clip), dtype="float32", always_2d=True)[0][:, 0].copy()
    outcome = soak(samples, clips.RATE, 60.0 * options.minutes, options.low_latency, PACKAGE)
    print(outcome.paragraph())
    text = json.dumps(asdict(outcome), indent=1)
    print(text)
    if options.json:
        options.json.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
