"""A face moved by another program, and faces sent to one, in Blender; see ``core.streaming``."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .session import ReceivingSession

receiving_sessions: "set[ReceivingSession]" = set()
"""Those that run; at most one."""


def receiving() -> "ReceivingSession | None":
    """The session that receives a face, if there is one."""
    return next(iter(receiving_sessions), None)


def stop_receiving() -> None:
    """Stops receiving and restores the face; does nothing where nothing runs."""
    for session in tuple(receiving_sessions):
        session.stop()


def stop_sending() -> None:
    """Stops sending; does nothing where nothing runs."""
    from ..core.streaming.sender import senders  # opens sockets, which few Blenders do

    for sender in senders():
        sender.stop()


def stop_all() -> None:
    """Stops receiving and sending."""
    stop_receiving()
    stop_sending()
