"""Where torch is, its import, and the devices it can run on.

torch is found without importing it, as its import takes seconds.
"""

import platform
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from .errors import A2FError, first_sentence

_GPU_LIBRARIES = ("*torch_cuda*", "*torch_hip*", "*torch_xpu*")
_CORE = "_C"
_GPUS = {"cuda": "NVIDIA or AMD GPU", "mps": "Apple GPU", "xpu": "Intel GPU"}
"""torch's kinds of GPU, best first, for people."""


class TorchError(A2FError):
    """torch that is absent, made for another Python, or broken."""


@dataclass(frozen=True)
class TorchPackage:
    """An installed torch.

    Attributes:
        folder: of its ``__init__.py``.
        site: the folder to append to ``sys.path`` for it; None where Python finds it by itself.
    """

    folder: Path
    site: Path | None

    @property
    def may_have_gpu(self) -> bool:
        """Whether it was built for a kind of GPU: on macOS always (MPS), else by its libraries."""
        library = self.folder / "lib"
        return sys.platform == "darwin" or any(
            any(library.glob(pattern)) for pattern in _GPU_LIBRARIES
        )


def imported_torch() -> ModuleType | None:
    """torch if this Python has it imported already."""
    return sys.modules.get("torch")


def find_torch(folder: Path | None = None) -> TorchPackage | None:
    """The torch that an import would give; None where there is none.

    Args:
        folder: where to look if Python itself has none: a site-packages folder, or a virtual
            environment.

    Raises:
        TorchError: the folder holds no torch, or one for another Python.
    """
    spec = find_spec("torch")
    if spec is not None and spec.origin is not None:
        return TorchPackage(Path(spec.origin).parent, None)
    if folder is None:
        return None
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for inner in ("", f"lib/{version}/site-packages", "Lib/site-packages"):
        site = folder / inner
        if (site / "torch" / "__init__.py").is_file():
            _check_python(site)
            return TorchPackage(site / "torch", site)
    raise TorchError(
        f'There is no PyTorch in "{folder}": choose the site-packages folder that holds its '
        '"torch" folder, or leave the field empty.'
    )


def import_torch(folder: Path | None = None) -> ModuleType:
    """torch, imported; ``folder`` as in find_torch.

    The folder goes to the end of ``sys.path``, so that packages Python has already, NumPy above
    all, stay the ones in use; it remains there, as torch imports some of its needs only when used.

    Raises:
        TorchError: there is none, or it does not load.
    """
    imported = imported_torch()
    if imported is not None:
        return imported
    package = find_torch(folder)
    if package is None:
        raise TorchError(
            "PyTorch was asked for, but torch cannot be imported here: choose NumPy, install a "
            "build of this extension that holds PyTorch, or name a folder that has it."
        )
    added = package.site is not None and str(package.site) not in sys.path
    if added:
        sys.path.append(str(package.site))
    try:
        return import_module("torch")
    except Exception as error:  # a broken package may raise anything, and a second try does
        if added:
            sys.path.remove(str(package.site))
        raise TorchError(
            f'PyTorch in "{package.folder}" does not load ({first_sentence(error)}): install it '
            "again, or choose NumPy."
        ) from error


def _check_python(site: Path) -> None:
    cores = [path.name for path in (site / "torch").glob(f"{_CORE}.*")]
    names = {_CORE + suffix for suffix in EXTENSION_SUFFIXES}
    binaries = [name for name in cores if name.endswith((".so", ".pyd"))]
    if binaries and not names.intersection(binaries):
        raise TorchError(
            f'The PyTorch in "{site}" is made for another Python or system ({binaries[0]}), but '
            f"Python {sys.version_info.major}.{sys.version_info.minor} runs here: install PyTorch "
            "with a Python of this version, or leave the field empty."
        )


@dataclass(frozen=True)
class Device:
    """A device, or a kind of GPU of which there is none.

    Attributes:
        name: torch's name, such as "cuda:0".
        label: what it is, for people.
        reason: why it cannot be used, else "".
    """

    name: str
    label: str
    reason: str = ""

    @property
    def sentence(self) -> str:
        """What it is, and whether it can be used."""
        return f"{self.label}: {self.reason or 'can be used'}."


def choose_device(torch: ModuleType, wanted: str = "auto") -> str:
    """torch's name of the device to run on: CUDA or ROCm, then MPS, then XPU, then the CPU.

    Raises:
        TorchError: the requested kind is not there.
    """
    if wanted == "cpu":
        return "cpu"
    for kind in _GPUS if wanted == "auto" else (wanted,):
        if _is_available(torch, kind):
            return kind
    if wanted == "auto":
        return "cpu"
    raise TorchError(
        f"PyTorch cannot use {_GPUS[wanted]}s here ({_why_not(torch, wanted)}): choose another "
        "device, or leave the choice to the extension."
    )


def find_devices(torch: ModuleType) -> tuple[Device, ...]:
    """All devices that torch knows of, each tried with a small sum, GPUs first, the CPU last."""
    found = []
    for kind, label in _GPUS.items():
        if not _is_available(torch, kind):
            found.append(Device(kind, label, _why_not(torch, kind)))
        elif kind == "mps":
            found.append(_tried(torch, kind, f"{label} ({platform.machine()})"))
        else:
            backend = getattr(torch, kind)
            for index in range(backend.device_count()):
                about = backend.get_device_properties(index)
                label = f"{about.name}, {about.total_memory / 2**30:.0f} GB"
                found.append(_tried(torch, f"{kind}:{index}", label))
    processor = platform.processor() or platform.machine()
    found.append(Device("cpu", f"CPU ({processor}, {torch.get_num_threads()} threads)"))
    return tuple(found)


def _is_available(torch: ModuleType, kind: str) -> bool:
    backend = getattr(torch.backends if kind == "mps" else torch, kind, None)
    return backend is not None and backend.is_available()


def _tried(torch: ModuleType, name: str, label: str) -> Device:
    try:
        torch.ones(2, device=name).sum().item()
    except RuntimeError as error:
        return Device(name, label, first_sentence(error))
    return Device(name, label)


def _why_not(torch: ModuleType, kind: str) -> str:
    built = {
        "cuda": torch.version.cuda or getattr(torch.version, "hip", None),
        "mps": torch.backends.mps.is_built(),
        "xpu": hasattr(torch, "xpu"),  # since torch 2.3
    }
    if not built[kind]:
        return f"PyTorch {torch.__version__} is built without it"
    if kind == "mps":
        return "it needs Apple silicon and a newer macOS"
    try:
        getattr(torch, kind).init()
    except (RuntimeError, AssertionError) as error:
        return first_sentence(error)
    return "no GPU answers"
