"""What torch can run on here, and why not on the rest. torch is handed in, never imported."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

from .torch_package import TorchError, first_line

_GPUS = ("cuda", "mps", "xpu")
_MAKERS = {"cuda": "NVIDIA or AMD GPU", "mps": "Apple GPU", "xpu": "Intel GPU"}


@dataclass(frozen=True)
class Device:
    """One device, or one kind of which none is there.

    Attributes:
        name: torch's name, such as "cuda:0".
        label: what it is, for people.
        usable: whether a small sum on it succeeded.
        reason: why it is not usable, else "".
    """

    name: str
    label: str
    usable: bool
    reason: str = ""

    @property
    def sentence(self) -> str:
        """What it is, and whether it can be used."""
        return f"{self.label}: {self.reason or 'can be used'}."


def choose_device(torch: ModuleType, wanted: str = "auto") -> str:
    """torch's name of the device to run on: CUDA or ROCm, then MPS, then XPU, then the CPU.

    Raises:
        TorchError: the kind that is asked for is not there.
    """
    if wanted == "cpu":
        return "cpu"
    for kind in _GPUS if wanted == "auto" else (wanted,):
        if _is_available(torch, kind):
            return kind
    if wanted == "auto":
        return "cpu"
    raise TorchError(
        f"PyTorch cannot use {_MAKERS[wanted]}s here ({_why_not(torch, wanted)}): choose another "
        "device, or leave the choice to the extension."
    )


def find_devices(torch: ModuleType) -> tuple[Device, ...]:
    """All that torch knows of, each tried, GPUs first; the CPU stands last and is always usable."""
    found = []
    for kind in _GPUS:
        if _is_available(torch, kind):
            found += _devices_of(torch, kind)
        else:
            found.append(Device(kind, _MAKERS[kind], False, _why_not(torch, kind)))
    processor = platform.processor() or platform.machine()
    found.append(Device("cpu", f"CPU ({processor}, {torch.get_num_threads()} threads)", True))
    return tuple(found)


def _is_available(torch: ModuleType, kind: str) -> bool:
    if kind == "mps":
        return torch.backends.mps.is_available()
    backend = getattr(torch, kind, None)  # xpu came with torch 2.3
    return backend is not None and backend.is_available()


def _devices_of(torch: ModuleType, kind: str) -> list[Device]:
    if kind == "mps":
        return [_tried(torch, "mps", f"Apple GPU ({platform.machine()})")]
    backend = getattr(torch, kind)
    devices = []
    for index in range(backend.device_count()):
        about = backend.get_device_properties(index)
        label = f"{about.name}, {about.total_memory / 2**30:.0f} GB"
        devices.append(_tried(torch, f"{kind}:{index}", label))
    return devices


def _tried(torch: ModuleType, name: str, label: str) -> Device:
    try:
        torch.ones(2, device=name).sum().item()
    except RuntimeError as error:  # whatever a driver says: this is the question
        return Device(name, label, False, first_line(error))
    return Device(name, label, True)


def _why_not(torch: ModuleType, kind: str) -> str:
    built = f"PyTorch {torch.__version__} is built without it"
    if kind == "cuda":
        if torch.version.cuda is None and getattr(torch.version, "hip", None) is None:
            return built
        return _refusal(torch.cuda.init) or "no GPU answers"
    if kind == "mps":
        if not torch.backends.mps.is_built():
            return built
        return "it needs Apple silicon and a newer macOS"
    backend = getattr(torch, "xpu", None)
    if backend is None:
        return built
    return _refusal(backend.init) or "no GPU answers"


def _refusal(initialise: Callable[[], object]) -> str | None:
    try:
        initialise()
    except (RuntimeError, AssertionError) as error:
        return first_line(error).split(". ")[0]  # advice follows, with addresses
    return None
