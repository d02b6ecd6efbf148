"""What the jobs of one process share: digests of files, and the network once it is loaded."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..break_even import gpu_pays
from ..runtime_protocol import Runtime
from ..torch_package import imported_torch
from ..weights_file import DEFAULT_WEIGHTS
from .digests import Digests


class Shared:
    """Keeps what is the same for many jobs.

    Args:
        choose: makes a runtime (``model.runtime.choose_runtime``).
    """

    def __init__(self, choose: Callable[..., Runtime]) -> None:
        self.digests = Digests()
        self._choose = choose
        self._runtimes: dict[tuple, Any] = {}

    def runtime(
        self,
        name: str,
        weights: Path | None,
        seconds: float | None,
        device: str,
        torch_folder: Path | None = None,
    ) -> Runtime:
        """A runtime as ``choose_runtime`` gives it; one that was chosen alike serves again, unless
        its device gave out."""
        network = self.digests.of_any(weights or DEFAULT_WEIGHTS)
        pays = name == "auto" and gpu_pays(seconds, imported_torch() is not None)
        key = (name, network, device, torch_folder, pays)
        found = self._runtimes.get(key)
        if found is None or found.remark is not None:
            found = self._choose(name, weights, seconds, device, torch_folder)
            self._runtimes[key] = found
        return found
