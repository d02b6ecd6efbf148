"""What is wrong with a manifest."""

from ...errors import A2FError


class ManifestError(A2FError):
    """A manifest of which no row can be done, or that has not the rows asked for."""


class RowError(A2FError):
    """A row that cannot be done; the others can."""


class WorkerError(A2FError):
    """Processes that do rows cannot be started."""
