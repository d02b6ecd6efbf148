"""The network in two processes, for long sounds on a machine with two cores or more.

The first process makes features and runs the first layer, the second runs the layers above it; a
pipe leads from one to the other. Each carries its own state from piece to piece and computes the
same arrays in the same order as a single process, so the curves are the same bit for bit. Both give
BLAS a single thread: OpenBLAS's second thread mostly waits for work, which costs a core and gains
nothing.
"""

import math
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from threading import Thread
from typing import IO

import numpy as np

from ..curves import Curves
from ..features import FRAME_RATE
from ..framing import SAMPLE_RATE, frame_count
from ..network_config import NetworkConfig
from ..numpy_network import NumpyNetwork, StreamState
from ..streaming import Progress, Stream
from ..weights_file import load_weights

_MODULE = "model.command.two_processes"
_ROOT = Path(__file__).parents[2]
_ONE_THREAD = dict.fromkeys(
    ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1"
)
_CHUNK = 1 << 16
_COUNT_BYTES = 4


class ProcessError(Exception):
    """One of the processes could not be started, or ended before its work was done."""


def predict_blocks(
    config: NetworkConfig,
    weights: Path,
    blocks: Iterable[np.ndarray],
    seconds: float,
    on_progress: Progress,
) -> Curves:
    """What NumpyRuntime.predict_blocks gives.

    Args:
        config: of the network.
        weights: the network's file.
        blocks: float32 [N] each, mono at 16 kHz, of any length.
        seconds: the expected length, for the progress.
        on_progress: gets fractions 0..1; an exception it raises ends the work.

    Raises:
        ProcessError: a process failed; the sound can be run in this process instead.
    """
    expected = max(seconds * SAMPLE_RATE, 1.0)
    received = 0
    output = bytearray()
    with _started(weights) as (first, last):
        source, result = _pipe(first.stdin), _pipe(last.stdout)

        def read() -> None:
            for data in iter(partial(result.read, _CHUNK), b""):
                output.extend(data)

        reader = Thread(target=read)
        reader.start()
        for block in blocks:
            on_progress(min(received / expected, 1.0))
            with _as_process_error():
                source.write(np.asarray(block, np.float32).tobytes())
            received += len(block)
        with _as_process_error():
            source.close()
        reader.join()
        if first.wait() or last.wait():
            raise ProcessError("A process of the network failed.")
    values = np.frombuffer(output, np.float32).reshape(-1, len(config.channels))
    on_progress(1.0)
    return Curves(config.channels, FRAME_RATE, values[: frame_count(received)])


@contextmanager
def _started(weights: Path) -> Iterator[tuple[subprocess.Popen, subprocess.Popen]]:
    """Both processes, the first one's output being the second one's input; none is left behind."""
    if not Path(sys.executable).name.lower().startswith("python"):
        raise ProcessError(f'"{sys.executable}" is no Python.')  # a Blender without a program of it
    processes: list[subprocess.Popen] = []

    def start(part: str, source: int | IO[bytes]) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "-m", _MODULE, part, str(weights.absolute())],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=_ROOT,
            env={**os.environ, **_ONE_THREAD},
        )
        processes.append(process)
        return process

    try:
        with _as_process_error():
            first = start("first", subprocess.PIPE)
            between = _pipe(first.stdout)
            last = start("last", between)
            between.close()  # else the first process would not notice the end of the second
        yield first, last
    finally:
        for process in processes:
            process.kill()
            process.wait()
            with suppress(OSError):  # a broken pipe may hold what was not written
                if process.stdin is not None:
                    process.stdin.close()
        # The reader holds the last pipe; it ends with the process.


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise ProcessError("A process has no pipe.")
    return pipe


@contextmanager
def _as_process_error() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ProcessError(str(error)) from error


class _FirstLayer(NumpyNetwork):
    """The first layer, whose windows go to the next process; its channels are zeros."""

    def __init__(
        self, config: NetworkConfig, arrays: dict[str, np.ndarray], target: IO[bytes]
    ) -> None:
        super().__init__(config, arrays)
        self._target = target

    def advance(self, steps: np.ndarray, state: StreamState) -> tuple[np.ndarray, StreamState]:
        """See streaming.StepNetwork."""
        windows, state.forward[0] = self.first_layer(steps, state.forward[0])
        count = windows.shape[1]
        self._target.write(count.to_bytes(_COUNT_BYTES, "little") + windows.tobytes())
        rows = (count * self.config.block_frames, len(self.config.channels))
        return np.broadcast_to(np.float32(0.0), rows), state


def main(part: str, weights: str) -> None:
    """The work of one process, from its standard input to its standard output.

    The first reads samples, float32 at 16 kHz, and writes the number K of blocks and their windows
    [W, K, S]; the second reads these and writes channels float32 [T, C].
    """
    source, target = sys.stdin.buffer, sys.stdout.buffer
    config, arrays = load_weights(Path(weights))
    if part == "first":
        network = _FirstLayer(config, arrays, target)
        stream = Stream(network)
        for data in iter(partial(source.read, network.piece * 4), b""):
            stream.push(np.frombuffer(data, np.float32))
        stream.finish()
    else:
        upper = NumpyNetwork(config, arrays)
        state = upper.initial_state()
        for head in iter(partial(source.read, _COUNT_BYTES), b""):
            shape = (config.window, int.from_bytes(head, "little"), config.state_size)
            data = source.read(4 * math.prod(shape))
            windows = np.frombuffer(data, np.float32).reshape(shape)
            values, state = upper.upper_layers(windows, state)
            target.write(np.asarray(values, np.float32).tobytes())
    target.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
