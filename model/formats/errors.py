"""What is wrong with a file of curves."""

from ..errors import A2FError


class CurvesFileError(A2FError):
    """A file that holds no curves that can be used."""
