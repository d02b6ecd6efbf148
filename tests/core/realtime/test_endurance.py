"""A bad microphone: blocks that are missing, late and jittery, and a clock that runs fast.

A minute of it, as fast as the engine takes it; A2F_ENDURANCE_MINUTES=60 makes it an hour, and
``-s`` prints what was found (docs/realtime.md).
"""

import gc
import os
import time
from pathlib import Path

import numpy as np
from a2f.blender_audio2face.core.realtime.engine import Engine
from a2f.model.audio_file import read_audio
from a2f.model.numpy_network import NumpyNetwork
from a2f.model.runtime import choose_runtime
from a2f.model.streaming import Stream
from a2f.model.weights_file import load_weights

from tests.core.realtime.fast_source import FastSource, Faults

SPEECH = Path(__file__).parents[2] / "data" / "surprise.flac"
RATE = 16000
FAULTS = Faults(missing=0.003, late=0.003, jitter=0.004, rate_error=1e-4)
MINUTES = int(os.environ.get("A2F_ENDURANCE_MINUTES", "1"))


class Loop:
    """Samples that repeat until there are ``count``, in memory once."""

    def __init__(self, samples: np.ndarray, count: int) -> None:
        self._samples, self._count = samples, count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, part: slice) -> np.ndarray:
        indices = np.arange(part.start, min(part.stop, self._count))
        return self._samples[indices % len(self._samples)]


def speech_with_pauses() -> np.ndarray:
    """30 s, float32 mono at RATE."""
    rng = np.random.default_rng(0)
    speech = read_audio(SPEECH)
    pauses = [np.zeros(int(rng.integers(2000, 30000)), np.float32) for _ in range(8)]
    return np.concatenate([part for pause in pauses for part in (speech, pause)])[: 30 * RATE]


def delay_behind(baked: np.ndarray, seconds: np.ndarray, values: np.ndarray) -> float:
    """By how many seconds values [T] at ``seconds`` come after the baked ones [R], at 100 Hz, of
    a sound that repeats: where they correlate best."""
    period = len(baked) / 100
    around = np.arange(-100, len(baked) + 100)
    shifts = np.arange(-30, 31) / 1000

    def fit(shift: float) -> float:
        expected = np.interp(seconds % period - shift, around / 100, baked[around % len(baked)])
        return float(np.corrcoef(expected, values)[0, 1])

    return float(shifts[np.argmax([fit(shift) for shift in shifts])])


def resident() -> int:
    """Bytes of this process in memory."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_faulty_microphone_keeps_face_within_five_milliseconds() -> None:
    config, arrays = load_weights()
    sound = speech_with_pauses()
    jaw = config.channels.index("jawOpen")
    baked = choose_runtime("numpy").predict(sound).values[:, jaw]

    source = FastSource(Loop(sound, 60 * MINUTES * RATE), RATE, faults=FAULTS)
    engine = Engine(source, Stream(NumpyNetwork(config, arrays)))
    shown = np.full((6000 * MINUTES + 200, 2), np.nan)  # full, so that its memory is there already
    count, sizes = 0, []

    def show(frames: list) -> None:
        nonlocal count
        for frame in frames:
            shown[count] = frame.seconds, frame.values[jaw]
            count += 1
            if count % 6000 == 0:
                sizes.append(resident())

    engine.frames.push = show
    began, cost = time.monotonic(), time.process_time()
    engine.start()
    assert source.done.wait(60 * MINUTES)
    engine.finish()
    cost = time.process_time() - cost

    seconds, values = shown[:count].T
    seconds = seconds / (1 + FAULTS.rate_error)
    delays = [
        delay_behind(baked, seconds[part], values[part])
        for minute in range(MINUTES)
        for part in [(seconds > 60 * minute + 1) & (seconds < 60 * minute + 59)]
    ]
    print(engine.counts, f"{time.monotonic() - began:.0f} s, {60 * MINUTES / cost:.0f} x real time")
    print("delay by minute, ms:", *(f"{1000 * delay:.0f}" for delay in delays))
    if MINUTES > 6:  # of less, test_memory_does_not_grow_while_analysing tells
        growth = max(sizes[5:]) - min(sizes[5:])
        print(f"memory after the first five minutes: + {growth / 1e6:.1f} MB")
        assert growth < 5e6
    assert engine.error is None
    assert engine.counts.missing >= 5 * MINUTES
    assert engine.counts.late >= 3 * MINUTES
    assert max(map(abs, delays)) < 0.005
