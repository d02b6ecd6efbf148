"""What a command line may ask in vain."""

from ..errors import BakeError


class CommandError(BakeError):
    """A command that cannot be done as it was given."""
