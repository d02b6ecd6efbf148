"""Where torch is and what it was built for, and its import; found out without importing it."""

import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from .errors import A2FError

_LIBRARIES = {"cuda": ("*torch_cuda*", "*torch_hip*"), "xpu": ("*torch_xpu*",)}
_CORE = "_C"


class TorchError(A2FError):
    """torch that is absent, made for another Python, or broken."""


@dataclass(frozen=True)
class TorchPackage:
    """One installed torch.

    Attributes:
        folder: of its ``__init__.py``.
        site: the folder to append to ``sys.path`` for it; None where Python finds it by itself.
    """

    folder: Path
    site: Path | None

    @property
    def may_have_gpu(self) -> bool:
        """Whether it was built for a kind of GPU: on macOS always (MPS), else by its libraries."""
        if sys.platform == "darwin":
            return True
        library = self.folder / "lib"
        return any(
            any(library.glob(pattern)) for patterns in _LIBRARIES.values() for pattern in patterns
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
    for site in _sites(folder):
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
    all, stay the ones in use; it stays there, as torch imports some of its needs only when used.

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
            f'PyTorch in "{package.folder}" does not load ({first_line(error)}): install it anew, '
            "or choose NumPy."
        ) from error


def first_line(error: BaseException) -> str:
    """The first line of an error's text, or its kind where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _sites(folder: Path) -> tuple[Path, ...]:
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return (
        folder,
        folder / "lib" / version / "site-packages",
        folder / "Lib" / "site-packages",
    )


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
