"""Why nothing can be received or sent, in a sentence; why a packet was dropped, in a few words."""

from ....model.errors import A2FError


class WireError(A2FError):
    """A port, an address or a name that cannot be used."""


class DecodeError(Exception):
    """A packet that is not as it should be; ``reason`` is one of a few fixed texts."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
