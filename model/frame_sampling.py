"""Frames out of 100 Hz rows as they come: ``sampling.sample_at`` with a fixed delay.

On which frame a closure lands is certain when the frame after it is, so each waits for the next.
"""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np

from .channels import MOUTH_GROUP
from .features import FRAME_RATE
from .lip_seal import lip_opening
from .sampling import LIDS, LIDS_SHUT, SEALED, nearest

_ROUNDING = 1e-9  # s
_PARTS = 1000


@dataclass
class _Window:
    """What has come and is still needed.

    Attributes:
        rows: [T, C], the first of them row ``first_row``.
        frames: [F, C], sampled and not given yet, the first of them frame ``first_frame``.
    """

    rows: np.ndarray
    first_row: int
    frames: np.ndarray
    first_frame: int

    @property
    def end(self) -> int:
        """The first row that has not come."""
        return self.first_row + len(self.rows)

    @property
    def frames_end(self) -> int:
        """The first frame that is not sampled."""
        return self.first_frame + len(self.frames)


class FrameSampler:
    """Frame k stands at k / fps seconds after the first row.

    Attributes:
        delay: seconds of rows after a frame's own instant within which it comes out.
    """

    def __init__(
        self,
        names: tuple[str, ...],
        fps: float,
        rate: float = FRAME_RATE,
        widest_blink: float = 1.0,
    ) -> None:
        """
        Args:
            names: C channel names.
            fps: frames per second, at most ``rate``.
            rate: rows per second.
            widest_blink: eyeBlink of lids that are shut. ``sample_at`` looks for it in the curves.
        """
        # Up to the next frame, and to the row at or after it: of the frames' places between rows,
        # multiples of 1 / denominator, the one just behind a row waits longest.
        parts = Fraction(rate / fps).limit_denominator(_PARTS).denominator
        self.delay = 1.0 / fps + (1.0 - 1.0 / parts) / rate
        self._fps, self._rate = fps, rate
        self._reach = 0.5 / fps + _ROUNDING
        none = np.zeros((0, len(names)), np.float32)
        self._window = _Window(none, 0, none, 0)
        self._closures = []
        if all(name in names for name in ("jawOpen", "mouthClose")):
            mouth = [names.index(name) for name in MOUTH_GROUP if name in names]
            self._closures.append(_Closures(partial(lip_opening, names), SEALED, mouth))
        lids = [names.index(name) for name in LIDS if name in names]
        if lids:
            self._closures.append(
                _Closures(lambda rows: 1.0 - rows[:, lids].max(1) / widest_blink, LIDS_SHUT, lids)
            )

    def push(self, rows: np.ndarray) -> np.ndarray:
        """The frames [n, C] float32 that became certain with rows [T, C]."""
        self._window.rows = np.concatenate([self._window.rows, rows], dtype=np.float32)
        return self._give(is_end=False)

    def finish(self) -> np.ndarray:
        """The frames [n, C] up to the last row, when no other follows."""
        return self._give(is_end=True)

    def _give(self, is_end: bool) -> np.ndarray:
        window = self._window
        self._sample()
        times = np.arange(window.first_frame, window.frames_end + 1) / self._fps
        undecided = window.end
        for closures in self._closures:
            open_row = closures.settle(window, times, self._rate, self._reach, is_end)
            undecided = min(undecided, open_row)
        count = len(window.frames)
        if not is_end:
            count = int(np.searchsorted(times[:-1], undecided / self._rate - self._reach))
        given, window.frames = window.frames[:count], window.frames[count:].copy()
        window.first_frame += count
        for closures in self._closures:
            closures.forget(count)
        next_row = int(window.frames_end / self._fps * self._rate)
        used = min(undecided, next_row) - window.first_row
        window.rows = window.rows[used:].copy()
        window.first_row += used
        return given

    def _sample(self) -> None:
        """Adds the frames that lie between rows that are there."""
        window = self._window
        last = int(np.floor((window.end - 1) / self._rate * self._fps + _ROUNDING))
        position = np.arange(window.frames_end, last + 1) / self._fps * self._rate
        low = np.floor(position).astype(int)
        weight = (position - low).astype(np.float32)[:, None]
        high = np.minimum(low + 1, window.end - 1)
        frames = window.rows[low - window.first_row] * (1 - weight)
        frames += window.rows[high - window.first_row] * weight
        window.frames = np.concatenate([window.frames, frames])
        for closures in self._closures:
            closures.see(frames)


class _Closures:
    """Lets each closure of lips, or lids, land on the nearest frame unless one shows it anyway."""

    def __init__(
        self, opening: Callable[[np.ndarray], np.ndarray], threshold: float, columns: list[int]
    ) -> None:
        self._opening = opening
        self._threshold = threshold
        self._columns = columns
        self._next = 0  # the first row that no decision was made about
        self._is_decided = False  # whether the closure that ``next`` may lie in has its frame
        self._shown = np.zeros(0, bool)  # of the window's frames: those that are shut

    def see(self, frames: np.ndarray) -> None:
        """Takes frames [n, C] that were sampled."""
        self._shown = np.concatenate([self._shown, self._opening(frames) < self._threshold])

    def forget(self, count: int) -> None:
        """Leaves out the window's first frames."""
        self._shown = self._shown[count:].copy()

    def settle(
        self, window: _Window, times: np.ndarray, rate: float, reach: float, is_end: bool
    ) -> int:
        """Lands what can be decided; returns the first row that is still open.

        Args:
            window: its frames are changed where a closure lands.
            times: of its frames and the one after them.
            rate: rows per second.
            reach: seconds around a closure in which a frame shows it.
            is_end: whether no more rows come.
        """
        opening = self._opening(window.rows)
        shut = opening < self._threshold
        while self._next < window.end:
            here = shut[self._next - window.first_row :]
            run = len(here) if (here == here[0]).all() else int(np.argmax(here != here[0]))
            self._is_decided = self._is_decided and bool(here[0])
            if self._is_decided or not here[0]:
                self._next += run
                continue
            stop = self._next + run
            first = np.searchsorted(times[:-1], self._next / rate - reach)
            until = (stop - 1) / rate + reach
            last = np.searchsorted(times[:-1], until, side="right")
            if not self._shown[first:last].any():
                if not is_end and (stop == window.end or times[-1] <= until):
                    break
                self._land(window, opening, times, stop, rate, reach)
            self._is_decided = True
        return self._next

    def _land(
        self, window: _Window, opening: np.ndarray, times: np.ndarray, stop: int,
        rate: float, reach: float,
    ) -> None:  # fmt: skip
        if len(window.frames) == 0:
            return
        start = self._next
        run = slice(start - window.first_row, stop - window.first_row)
        instant = run.start + int(np.argmin(opening[run]))
        frame = nearest(times[:-1], (window.first_row + instant) / rate)
        if times[frame] >= start / rate - reach:  # else it is the last one, and too far before
            window.frames[frame, self._columns] = window.rows[instant, self._columns]
            self._shown[frame] = True
