"""A live recording on disk: the sound and its curves, written as they arrive."""

import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from ....model.curves import Curves
from ....model.features import FRAME_RATE
from ....model.framing import HOP, SAMPLE_RATE, frame_count


class Recorder:
    """Writes 16 kHz sound and its 100 Hz curves, both from the same instant on, into a temporary
    folder.

    An hour takes 0.3 GB of disk, and no memory until it is read.

    Attributes:
        open: whether it takes more sound.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        """
        Args:
            names: C channel names.

        Raises:
            OSError: the temporary folder cannot be written to.
        """
        self.open = True
        self._names = names
        self._folder = tempfile.TemporaryDirectory(prefix="audio2face-take-")
        self._sound = (Path(self._folder.name) / "sound.f32").open("wb")
        self._rows = (Path(self._folder.name) / "curves.f32").open("wb")
        self._sample_count = 0
        self._row_count = 0

    @property
    def seconds(self) -> float:
        """How much sound it holds."""
        return self._sample_count / SAMPLE_RATE

    @property
    def missing_rows(self) -> int:
        """Rows of curves still to come for the sound it holds."""
        return frame_count(self._sample_count) - self._row_count

    def add_sound(self, samples: np.ndarray) -> None:
        """Appends samples [n], unless the sound has ended."""
        if self.open:
            self._sound.write(np.ascontiguousarray(samples, "<f4").tobytes())
            self._sample_count += len(samples)

    def add_rows(self, rows: np.ndarray) -> None:
        """Appends curves [n, C], at most as many rows as are missing."""
        taken = rows[: max(self.missing_rows, 0)]
        self._rows.write(np.ascontiguousarray(taken, "<f4").tobytes())
        self._row_count += len(taken)

    def end_sound(self) -> None:
        """Takes no more sound, only the rows that are missing."""
        self.open = False

    def read(self) -> tuple[np.ndarray, Curves]:
        """Samples float32 [N] at 16 kHz and their curves so far, both from 0. Sound whose curves
        are missing is left out.

        Raises:
            OSError: the files were deleted.
        """
        self._sound.flush()
        self._rows.flush()
        rows = np.fromfile(self._rows.name, "<f4").reshape(-1, len(self._names))
        samples = np.fromfile(self._sound.name, "<f4", count=len(rows) * HOP)
        return samples, Curves(self._names, FRAME_RATE, rows)

    def close(self) -> None:
        """Deletes what was written. Does nothing the second time."""
        self.open = False
        for file in (self._sound, self._rows):
            with suppress(OSError):  # a full disk refuses the last buffer, which is deleted anyway
                file.close()
        self._folder.cleanup()
