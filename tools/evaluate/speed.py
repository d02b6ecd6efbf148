"""How large a network is and how fast it runs."""

import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from model.optional import optional_import
from model.runtime import choose_runtime
from model.streaming import Runtime
from model.weights_file import load_weights

_REPEATS = 3


def parameters(weights: Path) -> int:
    """Number of trained values; the statistics of the features are not counted."""
    _, arrays = load_weights(weights)
    return sum(array.size for name, array in arrays.items() if not name.startswith("feature_"))


def times_real_time(
    weights: Mapping[str, Path], seconds: float = 20.0
) -> dict[tuple[str, str], float]:
    """Seconds of sound per second of work, by name of the weights and of the runtime.

    All run in turns on the same noise of so many seconds, so that a busy machine slows all
    alike; the best of three turns counts. torch takes part, on the CPU, where it is importable.
    """
    samples = np.random.default_rng(0).standard_normal(int(seconds * 16000)).astype(np.float32)
    runtimes = {
        (name, runtime.name): runtime
        for name, path in weights.items()
        for runtime in _cpu_runtimes(path)
    }
    for runtime in runtimes.values():
        runtime.predict(0.1 * samples[:16000])
    best = dict.fromkeys(runtimes, 0.0)
    for _ in range(_REPEATS):
        for key, runtime in runtimes.items():
            start = time.perf_counter()
            runtime.predict(0.1 * samples)
            best[key] = max(best[key], seconds / (time.perf_counter() - start))
    return best


def _cpu_runtimes(weights: Path) -> list[Runtime]:
    found = [choose_runtime("numpy", weights)]
    if optional_import("torch") is not None:
        from model.torch_runtime import TorchRuntime

        found.append(TorchRuntime(*load_weights(weights), "cpu"))
    return found
