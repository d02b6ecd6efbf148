"""One choice of how the network runs: NumPy always, torch where it is there and worth it."""

from pathlib import Path

from .break_even import gpu_pays
from .devices import choose_device
from .errors import A2FError
from .runtime_choice import DEVICES, RUNTIMES
from .runtime_protocol import Runtime
from .torch_package import TorchError, find_torch, import_torch, imported_torch
from .weights_file import DEFAULT_WEIGHTS, load_weights


def choose_runtime(
    name: str = "auto",
    weights: Path | None = None,
    seconds: float | None = None,
    device: str = "auto",
    torch_folder: Path | None = None,
) -> Runtime:
    """The runtime asked for.

    Args:
        name: "numpy", "torch" (on the best device there is, the CPU too), or "auto": torch where
            there is a GPU that would be done before NumPy is, NumPy for all else.
        weights: an .npz other than the bundled one.
        seconds: length of all the sound that is to be heard; None, unknown, counts as long.
        device: for torch, one of DEVICES, "cuda" being ROCm as well; "auto" is the best there is.
        torch_folder: where torch is if Python itself has none (``torch_package.find_torch``).

    Returns:
        A runtime. One on torch hears a sound again with NumPy where memory or a driver gives out,
        and says so in its remark; so does one that is NumPy because torch or the device is not
        what it should be, unless torch was asked for.

    Raises:
        A2FError: torch, or a device for it, is asked for but is not there; or a name is unknown.
        WeightsError: the weights cannot be used.
    """
    _check_known("runtime", name, RUNTIMES)
    _check_known("device", device, DEVICES)
    config, arrays = load_weights(weights or DEFAULT_WEIGHTS)

    def on_numpy() -> Runtime:
        from .numpy_runtime import NumpyRuntime

        return NumpyRuntime(config, arrays)

    if name == "numpy":
        return on_numpy()
    try:
        found = _torch_device(name, seconds, device, torch_folder)
    except TorchError as error:
        if name == "torch":
            raise
        runtime = on_numpy()
        runtime.remark = f"NumPy ran on the CPU. {error}"
        return runtime
    if found is None:
        return on_numpy()

    def on_torch() -> Runtime:
        from .torch_runtime import TorchRuntime

        return TorchRuntime(config, arrays, found)

    from .fallback import FallbackRuntime

    return FallbackRuntime(config, found, on_torch, on_numpy)


def _torch_device(
    name: str, seconds: float | None, wanted: str, torch_folder: Path | None
) -> str | None:
    """Where torch is to run; None where NumPy is the better choice. Raises TorchError."""
    if name == "torch":
        return choose_device(import_torch(torch_folder), wanted)
    imported = imported_torch()
    if wanted == "cpu" or not gpu_pays(seconds, imported is not None):
        return None
    if imported is None:
        package = find_torch(torch_folder)
        if package is None or not package.may_have_gpu:
            return None
    found = choose_device(import_torch(torch_folder), wanted)
    return None if found == "cpu" else found


def _check_known(what: str, name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise A2FError(f'Unknown {what} "{name}"; choose one of {", ".join(known)}.')
