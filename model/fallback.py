"""A runtime that hears a sound again with another when memory or a driver gives out."""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum

import numpy as np

from .curves import Curves
from .errors import A2FError
from .network_config import NetworkConfig
from .runtime_protocol import Progress, Runtime
from .torch_package import first_line

_OUT_OF_MEMORY = re.compile(r"out of memory|can't allocate memory|not enough memory", re.IGNORECASE)
_DRIVER = re.compile(
    r"\b(CUDA|cuDNN|CUDNN\w*|cuBLAS|CUBLAS\w*|NVIDIA|NVML|NVRTC|HIP|hip\w*|ROCm|MIOpen|miopen\w*"
    r"|rocBLAS|rocblas\w*|MPS|Metal|XPU|SYCL|oneDNN|OpenCL)\b"
)


class Trouble(Enum):
    """Why a device gave out."""

    MEMORY = "memory"
    DRIVER = "driver"


def trouble_of(error: BaseException) -> Trouble | None:
    """What a RuntimeError of torch says of memory or driver; None for any other error.

    torch has classes for some of it (OutOfMemoryError, AcceleratorError); the rest are plain
    RuntimeErrors that name the driver's library. A wrong shape or type names none.
    """
    if not isinstance(error, RuntimeError):
        return None
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "OutOfMemoryError" in kinds or _OUT_OF_MEMORY.search(str(error)):
        return Trouble.MEMORY
    if "AcceleratorError" in kinds or _DRIVER.search(str(error)):
        return Trouble.DRIVER
    return None


class FallbackRuntime:
    """Runs the network on a device and, once that gave out, on the fallback for good.

    Args:
        config: of the network.
        device: torch's name of the device.
        first: makes the runtime on the device; it may fail as a run may.
        fallback: makes the runtime that takes over.

    Attributes:
        remark: a sentence once the fallback took over: what happened, what ran, what to do.
    """

    def __init__(
        self,
        config: NetworkConfig,
        device: str,
        first: Callable[[], Runtime],
        fallback: Callable[[], Runtime],
    ) -> None:
        self.config = config
        self.name = "torch"
        self.device = device
        self.remark: str | None = None
        self._first = first
        self._fallback = fallback
        self._runtime: Runtime | None = None

    def predict(self, samples: np.ndarray, on_progress: Progress | None = None) -> Curves:
        """See runtime_protocol.Runtime.predict; after a fall the progress begins anew."""
        return self._run(lambda runtime: runtime.predict(samples, on_progress))

    def predict_blocks(
        self,
        blocks: Iterable[np.ndarray],
        seconds: float | None = None,
        on_progress: Progress | None = None,
    ) -> Curves:
        """See runtime_protocol.Runtime.predict_blocks.

        Raises:
            A2FError: the device gave out, and blocks is an iterator, which cannot begin anew.
        """
        return self._run(
            lambda runtime: runtime.predict_blocks(blocks, seconds, on_progress),
            again=not isinstance(blocks, Iterator),
        )

    def _run(self, work: Callable[[Runtime], Curves], again: bool = True) -> Curves:
        if self.remark is not None and self._runtime is not None:
            return work(self._runtime)
        try:
            if self._runtime is None:
                self._runtime = self._first()
            return work(self._runtime)
        except RuntimeError as error:
            trouble = trouble_of(error)
            if trouble is None:
                raise
            happened = self._happened(trouble, error)
            if not again:
                raise A2FError(f"{happened}: choose NumPy and try again.") from error
        # Past the except clause, so that no traceback holds the device's memory any more.
        self._runtime = None
        self._runtime = self._fallback()
        self.name, self.device = self._runtime.name, self._runtime.device
        self.remark = f"{happened}, so NumPy on the CPU heard all of it: {_ADVICE[trouble]}."
        return work(self._runtime)

    def _happened(self, trouble: Trouble, error: BaseException) -> str:
        if trouble is Trouble.MEMORY:
            return f"PyTorch ran out of memory on {self.device}"
        return f"PyTorch failed on {self.device} ({first_line(error)})"


_ADVICE = {
    Trouble.MEMORY: "close what else uses its memory, or choose NumPy in the preferences",
    Trouble.DRIVER: "update the graphics driver, or choose NumPy in the preferences",
}
