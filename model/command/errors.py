"""What goes wrong with a command's files."""

from ..errors import A2FError


class OutputError(A2FError):
    """An output that could not be written; what was there before is there still."""


class ChangedOutputError(A2FError):
    """An output that somebody changed after it was written."""


class UsageError(A2FError):
    """A command line that says what cannot be."""
