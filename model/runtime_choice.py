"""What may be wished of the runtime. Imports next to nothing, as Blender's start needs it."""

from dataclasses import dataclass
from pathlib import Path

RUNTIMES = ("auto", "numpy", "torch")
DEVICES = ("auto", "cpu", "cuda", "mps", "xpu")
"""torch's names; "cuda" is AMD's ROCm as well."""


@dataclass(frozen=True)
class RuntimeChoice:
    """What somebody wishes the network to run on; see runtime.choose_runtime."""

    name: str = "auto"
    device: str = "auto"
    torch_folder: Path | None = None
