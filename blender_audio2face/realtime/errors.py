"""What may go wrong in real time."""

from ...model.errors import A2FError


class SourceError(A2FError):
    """A source of sound that cannot be had."""


class TakeError(A2FError):
    """A take that cannot be kept."""

    @classmethod
    def cannot_write(cls, error: OSError) -> "TakeError":
        """Of a folder or disk that takes no more."""
        return cls(
            f"The take cannot be written to the temporary folder ({error}); make room there."
        )

    @classmethod
    def cannot_read(cls, error: OSError) -> "TakeError":
        """Of files that are gone."""
        return cls(f"The take cannot be read from the temporary folder ({error}); record it again.")
