"""Where torch is, its import, and the devices it can run on.

torch is found without importing it, as its import takes seconds.
"""

import platform
import sys
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from .errors import A2FError, first_sentence

_GPUS = {"cuda": "NVIDIA or AMD GPU", "mps": "Apple GPU", "xpu": "Intel GPU"}
"""torch's kinds of GPU, best first, for people."""


class TorchError(A2FError):
    """torch that is absent, made for another Python, or broken."""


def imported_torch() -> ModuleType | None:
    """torch if this Python has it imported already."""
    return sys.modules.get("torch")


def find_torch(folder: Path | None = None) -> Path | None:
    """The folder of the torch that an import would give; None where there is none.

    Args:
        folder: where to look if Python itself has none: a site-packages folder, or a virtual
            environment.

    Raises:
        TorchError: the folder holds no torch, or one for another Python.
    """
    spec = find_spec("torch")
    if spec is not None and spec.origin is not None:
        return Path(spec.origin).parent
    if folder is None:
        return None
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for site in ("", f"lib/{version}/site-packages", "Lib/site-packages"):
        found = folder / site / "torch"
        if (found / "__init__.py").is_file():
            _check_python(found)
            return found
    raise TorchError(
        f'There is no PyTorch in "{folder}": choose the site-packages folder that holds its '
        '"torch" folder, or leave the field empty.'
    )


def may_have_gpu(package: Path) -> bool:
    """Whether a torch was built for a kind of GPU: on macOS always (MPS), else by its libraries."""
    patterns = ("*torch_cuda*", "*torch_hip*", "*torch_xpu*")
    return sys.platform == "darwin" or any(
        any((package / "lib").glob(pattern)) for pattern in patterns
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
    site = str(package.parent)
    is_new = site not in sys.path
    if is_new:
        sys.path.append(site)
    try:
        return import_module("torch")
    except Exception as error:  # a broken package may raise anything, and a second try does
        if is_new:
            sys.path.remove(site)
        raise TorchError(
            f'PyTorch in "{package}" does not load ({first_sentence(error)}): install it again, '
            "or choose NumPy."
        ) from error


def _check_python(package: Path) -> None:
    binaries = [path.name for path in package.glob("_C.*") if path.suffix in (".so", ".pyd")]
    if binaries and not any(f"_C{suffix}" in binaries for suffix in EXTENSION_SUFFIXES):
        raise TorchError(
            f'The PyTorch in "{package.parent}" is made for another Python or system '
            f"({binaries[0]}), but Python {sys.version_info.major}.{sys.version_info.minor} runs "
            "here: install PyTorch with a Python of this version, or leave the field empty."
        )


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


def find_devices(torch: ModuleType) -> list[str]:
    """A sentence on each device that torch knows of: what it is, and whether it can be used, which
    a small sum tells. GPUs come first, the CPU last."""
    found = []
    for kind, label in _GPUS.items():
        if not _is_available(torch, kind):
            found.append(f"{label}: {_why_not(torch, kind)}.")
        elif kind == "mps":
            found.append(f"{label} ({platform.machine()}): {_tried(torch, kind)}.")
        else:
            backend = getattr(torch, kind)
            for index in range(backend.device_count()):
                about = backend.get_device_properties(index)
                card = f"{about.name}, {about.total_memory / 2**30:.0f} GB"
                found.append(f"{card}: {_tried(torch, f'{kind}:{index}')}.")
    processor = platform.processor() or platform.machine()
    found.append(f"CPU ({processor}, {torch.get_num_threads()} threads): can be used.")
    return found


def _is_available(torch: ModuleType, kind: str) -> bool:
    backend = getattr(torch.backends if kind == "mps" else torch, kind, None)
    return backend is not None and backend.is_available()


def _tried(torch: ModuleType, device: str) -> str:
    try:
        torch.ones(2, device=device).sum().item()
    except RuntimeError as error:
        return first_sentence(error)
    return "can be used"


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
