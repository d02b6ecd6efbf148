"""Curves: named channels on a regular time grid."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Curves:
    """Channel values over time.

    Attributes:
        names: C channel names.
        rate: rows per second; row i is at i / rate seconds after the first sample.
        values: float32 array [T, C], each value in 0..1.
    """

    names: tuple[str, ...]
    rate: float
    values: np.ndarray

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or self.values.shape[1] != len(self.names):
            raise ValueError(
                f"Curves need values of shape [T, {len(self.names)}], got {self.values.shape}"
            )

    @property
    def times(self) -> np.ndarray:
        """Time of each row in seconds, float64 [T]."""
        return np.arange(len(self.values)) / self.rate

    def column(self, name: str) -> np.ndarray:
        """One channel's values [T]. Raises ValueError for a name that is not there."""
        return self.values[:, self.names.index(name)]
