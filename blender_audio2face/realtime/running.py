"""Whether a session runs, for panels and polls: imports nothing that takes long."""

from typing import TYPE_CHECKING

from .rest import holds

if TYPE_CHECKING:
    from .session import Session


def running_session() -> "Session | None":
    """The session that runs, if there is one: it is told when its Hold ends."""
    owners = (getattr(hold.on_given_back, "__self__", None) for hold in holds())
    return next((owner for owner in owners if hasattr(owner, "engine")), None)
