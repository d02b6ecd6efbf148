"""The two ends of a change: the way back, and what is left to do once nothing can fail."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import bpy


@dataclass
class Changes:
    """What a change to a datablock's animation leaves to be done.

    Attributes:
        undo: gets the steps that put everything back as it was.
        finish: what would be hard to take back, done last; nothing of it can fail.
        dropped: (Action of ours, the one that gets its name or None), removed at the very end
            unless others use them.
    """

    undo: ExitStack
    finish: list[Callable[[], None]] = field(default_factory=list)
    dropped: list[tuple[Any, Any]] = field(default_factory=list)

    def done(self) -> None:
        """Does what is left to do."""
        for step in self.finish:
            step()
        for action, successor in self.dropped:
            if action.users - action.use_fake_user > 0:
                continue
            name = action.name
            bpy.data.actions.remove(action)
            if successor is not None:
                successor.name = name
        self.finish.clear()
        self.dropped.clear()
