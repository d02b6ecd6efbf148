"""The network and digests of files, kept for all jobs of one process."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..runtime import gpu_pays
from ..streaming import Runtime
from ..weights_file import DEFAULT_WEIGHTS
from .job_record import FileDigests


class RuntimeCache:
    """Loads each network once.

    Args:
        choose: makes a runtime (``model.runtime.choose_runtime``).
    """

    def __init__(self, choose: Callable[..., Runtime]) -> None:
        self.digests = FileDigests()
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
        """A runtime as ``choose_runtime`` gives it; the same choice gives the same runtime, unless
        its device failed."""
        network = self.digests.of_any(weights or DEFAULT_WEIGHTS)
        pays = name == "auto" and gpu_pays(seconds)
        key = (name, network, device, torch_folder, pays)
        found = self._runtimes.get(key)
        if found is None or found.remark is not None:
            found = self._choose(name, weights, seconds, device, torch_folder)
            self._runtimes[key] = found
        return found
