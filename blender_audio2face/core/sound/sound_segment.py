"""Which part of a sound was analysed: tells whether cached curves can be used again.

Curves belong to seconds of a sound, not to frames. A strip that was moved, retimed, or trimmed
within the analysed part needs no new analysis; another sound, another recording under the same
name, an extended strip or another fade does.
"""

import hashlib
import io
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ....model.input_files import why_not_a_file
from .strip_plan import SoundSource, StripPlan

_TOLERANCE = 0.03
"""Seconds by which a strip may exceed the analysed part: Blender changes the speed of a retimed
strip up to 21 ms late, and a fast strip's last frame ends a little after its sound."""

_FADE_RATE = 25
"""Points a second at which fades are compared."""

_BLOCK = 1 << 16
"""Bytes read at a time."""

_MOST = 512
"""Blocks read of a file; evenly spread over a larger file, such as a long film."""


@dataclass(frozen=True)
class SoundSegment:
    """The part of a sound that some curves were made of.

    Attributes:
        digest: of the sound's bytes.
        start: second of the sound at the first row of the curves.
        end: second of the sound at which the analysis ended.
        fade: (seconds after ``start``, gains) of a volume that changes; else None.
    """

    digest: str
    start: float
    end: float
    fade: tuple[tuple[float, ...], tuple[float, ...]] | None = None

    def offset_in(self, older: "SoundSegment", rounding: float = 0.0) -> float | None:
        """Seconds into the curves of ``older`` at which this segment begins; None if they do not
        contain it, so that a new analysis is needed.

        Args:
            older: what was analysed.
            rounding: seconds by which this segment may be larger than what plays.
        """
        slack = max(_TOLERANCE, rounding)
        inside = older.start - slack <= self.start and self.end <= older.end + slack
        if self.digest != older.digest or not inside or not self._fades_like(older):
            return None
        return self.start - older.start

    def _fades_like(self, older: "SoundSegment") -> bool:
        if self.fade is None and older.fade is None:
            return True
        count = max(math.ceil((self.end - self.start) * _FADE_RATE), 2)
        times = np.linspace(self.start, self.end, count)
        return bool(np.allclose(self._gains(times), older._gains(times), atol=0.01))

    def _gains(self, times: np.ndarray) -> np.ndarray:
        """Gains at seconds of the sound, divided by their maximum."""
        if self.fade is None:
            return np.ones(len(times))
        gains = np.interp(times - self.start, *self.fade)
        return gains / (gains.max() or 1.0)


def segment_of_strip(plan: StripPlan, known_digest: str | None = None) -> SoundSegment:
    """The part of its sound that a strip plays; reads the file, unless its digest is known.

    Raises:
        OSError: the file cannot be read.
    """
    start, end = plan.source_range
    fade = None
    if plan.volume.moves:
        times = np.round(plan.frame_times, 4)
        fade = (tuple(times.tolist()), tuple(np.round(plan.volume.gains, 4).tolist()))
    sound = known_digest or digest(plan.source)
    return SoundSegment(sound, round(start, 6), round(end, 6), fade)


def digest(source: SoundSource) -> str:
    """Digest of a sound's bytes, and its channel; of a very large file, of blocks spread over it.

    Raises OSError where the file cannot be read.
    """
    content = source.content
    if isinstance(content, str):
        reason = why_not_a_file(content)
        if reason is not None:  # opening a pipe would wait
            raise OSError(f'"{content}" {reason}')
    size = len(content) if isinstance(content, bytes) else Path(content).stat().st_size
    hasher = hashlib.blake2b(str(size).encode(), digest_size=16)
    with io.BytesIO(content) if isinstance(content, bytes) else Path(content).open("rb") as file:
        for start in _block_starts(size):
            file.seek(start)
            hasher.update(file.read(_BLOCK))
    return hasher.hexdigest() + (f" {source.channel}" if source.channel else "")


def dumps(segment: SoundSegment) -> str:
    """JSON of a segment."""
    return json.dumps([segment.digest, segment.start, segment.end, segment.fade])


def loads(text: object) -> SoundSegment | None:
    """The segment of ``dumps``'s text; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        name, start, end, fade = json.loads(text)
        if fade is not None:
            times, gains = fade
            fade = (tuple(map(float, times)), tuple(map(float, gains)))
            if len(times) != len(gains) or not times:
                return None
        found = SoundSegment(str(name), float(start), float(end), fade)
        numbers = (found.start, found.end, *(number for part in fade or () for number in part))
        return found if all(map(math.isfinite, numbers)) else None
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def _block_starts(size: int) -> list[int]:
    blocks = math.ceil(size / _BLOCK)
    if blocks <= _MOST:
        return [block * _BLOCK for block in range(blocks)]
    return np.linspace(0, size - _BLOCK, _MOST).astype(int).tolist()
