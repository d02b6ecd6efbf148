"""A take: what was heard and the curves that it made, written to disk as they come."""

import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from ...model.curves import Curves
from ...model.features import FRAME_RATE
from ...model.framing import HOP, SAMPLE_RATE, frame_count


class Recorder:
    """Writes 16 kHz sound and its 100 Hz curves, both from one instant on, into a temporary folder.

    An hour takes 0.3 GB of disk, and no memory before it is read.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        """Raises OSError where the temporary folder cannot be written to."""
        self._names = names
        self._folder = tempfile.TemporaryDirectory(prefix="audio2face-take-")
        self._sound = (Path(self._folder.name) / "sound.f32").open("wb")
        self._rows = (Path(self._folder.name) / "curves.f32").open("wb")
        self._heard = 0
        self._made = 0
        self.open = True
        """Whether it takes more sound."""

    @property
    def seconds(self) -> float:
        """How much sound it holds."""
        return self._heard / SAMPLE_RATE

    @property
    def owed(self) -> int:
        """Rows of curves that the sound it holds has still to get."""
        return frame_count(self._heard) - self._made

    def add_sound(self, samples: np.ndarray) -> None:
        """Appends samples [n], unless the sound has ended."""
        if self.open:
            self._sound.write(np.ascontiguousarray(samples, "<f4").tobytes())
            self._heard += len(samples)

    def add_rows(self, rows: np.ndarray) -> None:
        """Appends channels [n, C], as many as are owed at most."""
        taken = rows[: max(self.owed, 0)]
        self._rows.write(np.ascontiguousarray(taken, "<f4").tobytes())
        self._made += len(taken)

    def end_sound(self) -> None:
        """Takes no more sound, but the rows that are owed."""
        self.open = False

    def read(self) -> tuple[np.ndarray, Curves]:
        """Samples float32 [N] at 16 kHz and their curves so far, both from 0. Sound whose curves
        are owed is left out.

        Raises OSError where the files are gone.
        """
        self._sound.flush()
        self._rows.flush()
        rows = np.fromfile(self._rows.name, "<f4").reshape(-1, len(self._names))
        samples = np.fromfile(self._sound.name, "<f4", count=len(rows) * HOP)
        return samples, Curves(self._names, FRAME_RATE, rows)

    def close(self) -> None:
        """Ends and deletes what was written. Does nothing the second time."""
        self.open = False
        for file in (self._sound, self._rows):
            with suppress(OSError):  # what a full disk does not take is deleted anyway
                file.close()
        self._folder.cleanup()
