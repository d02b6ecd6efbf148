"""What runs the network: NumPy, or PyTorch where there is a GPU and the sound is long enough."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .curves import Curves
from .errors import A2FError, first_sentence
from .network_config import NetworkConfig
from .numpy_network import NumpyRuntime
from .streaming import Progress, Runtime
from .torch_package import (
    TorchError,
    choose_device,
    find_torch,
    import_torch,
    imported_torch,
    may_have_gpu,
)
from .weights_file import DEFAULT_WEIGHTS, load_weights

RUNTIMES = ("auto", "numpy", "torch")
DEVICES = ("auto", "cpu", "cuda", "mps", "xpu")
"""torch's names; "cuda" is AMD's ROCm as well."""

GPU_PAYS_SECONDS = 270.0
"""Seconds of sound from which a GPU is done before NumPy is. Importing torch takes 2.2 s (measured
on two cores, from a warm disk) and the first use of a GPU another 2 s (assumed), in which NumPy
computes 60 s of sound in each second."""

GPU_PAYS_SECONDS_IMPORTED = 130.0
"""The same where torch is imported already."""


@dataclass(frozen=True)
class RuntimeChoice:
    """What the network should run on; see choose_runtime."""

    name: str = "auto"
    device: str = "auto"
    torch_folder: Path | None = None


def gpu_pays(seconds: float | None) -> bool:
    """Whether a GPU would be done before NumPy; an unknown length counts as long."""
    imported = imported_torch() is not None
    return seconds is None or seconds > (
        GPU_PAYS_SECONDS_IMPORTED if imported else GPU_PAYS_SECONDS
    )


def choose_runtime(
    name: str = "auto",
    weights: Path | None = None,
    seconds: float | None = None,
    device: str = "auto",
    torch_folder: Path | None = None,
) -> Runtime:
    """The requested runtime.

    Args:
        name: "numpy", "torch" (on the best device there is, the CPU too), or "auto": torch where
            there is a GPU that would be done before NumPy is, else NumPy.
        weights: an .npz other than the bundled one.
        seconds: length of all the sound to analyse; None, unknown, counts as long.
        device: for torch, one of DEVICES, "cuda" being ROCm as well; "auto" is the best there is.
        torch_folder: where torch is if Python itself has none (``torch_package.find_torch``).

    Returns:
        A runtime. One on torch computes a sound again with NumPy where torch fails, and says so in
        its remark; so does NumPy where "auto" finds a torch or a device that cannot be used.

    Raises:
        A2FError: torch, or a device for it, is asked for but is not there; or a name is unknown.
        WeightsError: the weights cannot be used.
    """
    _check_known("runtime", name, RUNTIMES)
    _check_known("device", device, DEVICES)
    config, arrays = load_weights(weights or DEFAULT_WEIGHTS)
    if name == "numpy":
        return NumpyRuntime(config, arrays)
    try:
        found = _torch_device(name, seconds, device, torch_folder)
    except TorchError as error:
        if name == "torch":
            raise
        runtime = NumpyRuntime(config, arrays)
        runtime.remark = f"NumPy ran on the CPU. {error}"
        return runtime
    if found is None:
        return NumpyRuntime(config, arrays)

    def on_torch() -> Runtime:
        from .torch_runtime import TorchRuntime

        return TorchRuntime(config, arrays, found)

    return FallbackRuntime(config, found, on_torch, lambda: NumpyRuntime(config, arrays))


def _torch_device(
    name: str, seconds: float | None, wanted: str, torch_folder: Path | None
) -> str | None:
    """Where torch should run; None where NumPy is the better choice. Raises TorchError."""
    if name == "torch":
        return choose_device(import_torch(torch_folder), wanted)
    if wanted == "cpu" or not gpu_pays(seconds):
        return None
    if imported_torch() is None:
        package = find_torch(torch_folder)
        if package is None or not may_have_gpu(package):
            return None
    found = choose_device(import_torch(torch_folder), wanted)
    return None if found == "cpu" else found


def _check_known(what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise A2FError(f'Unknown {what} "{name}"; choose one of {", ".join(known)}.')


class FallbackRuntime(Runtime):
    """Runs the network on torch and, once that failed, on the fallback for good.

    torch reports every failure of a device, a driver or its memory as a RuntimeError.

    Args:
        config: of the network.
        device: torch's name of the device.
        first: makes the runtime on the device; it may fail as a run may.
        fallback: makes the runtime that takes over.

    ``remark`` says, once the fallback took over, what happened, what ran and what to do.
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
        self._first = first
        self._fallback = fallback
        self._runtime: Runtime | None = None

    def predict_blocks(
        self,
        blocks: Iterable[np.ndarray],
        seconds: float | None = None,
        on_progress: Progress | None = None,
    ) -> Curves:
        """See Runtime.predict_blocks; with the fallback sound and progress start again."""
        if self.remark is None:
            try:
                self._runtime = self._runtime or self._first()
                return self._runtime.predict_blocks(blocks, seconds, on_progress)
            except RuntimeError as error:
                failure = f"PyTorch failed on {self.device} ({first_sentence(error)})"
            # Past the except clause, so that no traceback holds the device's memory any more.
            self._runtime = None
            self.remark = (
                f"{failure}, so NumPy ran on the CPU instead: close what else uses its memory, "
                "update the graphics driver, or choose NumPy in the preferences."
            )
        if self._runtime is None:
            self._runtime = self._fallback()
            self.name, self.device = self._runtime.name, self._runtime.device
        return self._runtime.predict_blocks(blocks, seconds, on_progress)
