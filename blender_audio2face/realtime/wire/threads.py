"""What the threads of this room have in common; light, so that stopping them loads nothing."""

import threading


class WireThread(threading.Thread):
    """A thread that holds a socket until ``stop``. The threads Python keeps count of are the only
    list of them there is."""

    def __init__(self, name: str) -> None:
        super().__init__(name=f"audio2face {name}", daemon=True)

    @property
    def stopping(self) -> bool:
        """Whether it was stopped."""
        raise NotImplementedError

    def stop(self) -> None:
        """Ends the thread and frees its socket, within half a second."""
        raise NotImplementedError


def stop_all() -> None:
    """Stops all that is received and sent."""
    for thread in threading.enumerate():
        if isinstance(thread, WireThread):
            thread.stop()
