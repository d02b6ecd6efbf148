"""A face that follows a voice as it is spoken, in Blender; see ``core.realtime`` for the sound.

``session`` shows the engine's frames on a face from Blender's timer, ``recording`` makes a sound
strip and keys of what was recorded.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .session import Session

sessions: "set[Session]" = set()
"""Those that run; at most one."""


def running_session() -> "Session | None":
    """The session that runs, if there is one."""
    return next(iter(sessions), None)
