"""The state of a run on disk, from which it goes on."""

from pathlib import Path
from typing import Any

import torch


class Checkpoint:
    """Saves and loads everything that has a ``state_dict``, and the step it was at."""

    def __init__(self, path: Path, parts: dict[str, Any]) -> None:
        self._path, self._parts = path, parts

    def save(self, step: int) -> None:
        """Writes a new file and puts it in the old one's place, so a kill leaves a whole one."""
        partial = self._path.with_suffix(".part")
        state = {name: part.state_dict() for name, part in self._parts.items()}
        torch.save({**state, "step": step}, partial)
        partial.replace(self._path)

    def load(self, device: str) -> int:
        """Puts all parts back into their saved state; the step they were at, 0 without a file."""
        if not self._path.is_file():
            return 0
        saved = torch.load(self._path, map_location=device, weights_only=True)
        for name, part in self._parts.items():
            part.load_state_dict(saved[name])
        return saved["step"]
