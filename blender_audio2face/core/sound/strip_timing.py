"""Where a sound strip's frames lie in its sound file, and which frames are keyed for it."""

import json
import math
from dataclasses import asdict, dataclass

import numpy as np

LAST_FRAME = 1_048_574
"""Blender's MAXFRAME."""

LEAD_IN = 0.1
"""Seconds before a strip over which the face leaves its rest."""

RELEASE = 0.3
"""Seconds after a strip over which the face returns to rest, even from a word cut short."""


@dataclass(frozen=True)
class StripTiming:
    """Placement of a sound strip on the timeline.

    Attributes:
        fps: frames per second, ``render.fps / render.fps_base``.
        content_start: frame at which the untrimmed content begins; may be fractional.
        content_trim_start: frames of the file cut off before the content begins.
        sound_offset: seconds by which the sound is delayed within its content.
        left_handle: first audible frame.
        right_handle: frame after the last audible one.
        warp: of a retimed strip, seconds in the file at each frame from left_handle to
            right_handle, both included; None where the strip plays at the sound's own speed.
    """

    fps: float
    content_start: float
    content_trim_start: float
    sound_offset: float
    left_handle: int
    right_handle: int
    warp: tuple[float, ...] | None = None

    def source_time(self, frame: float) -> float:
        """Seconds in the file that play at a scene frame; negative before the file's beginning.

        The formula was found by mixing down click tracks (tests/blender/scene/test_strips.py).
        Around a retimed strip time runs at the sound's own speed.
        """
        if self.warp is not None:
            inside = min(max(frame, self.left_handle), self.right_handle)
            handles = np.arange(self.left_handle, self.right_handle + 1)
            return float(np.interp(inside, handles, self.warp)) + (frame - inside) / self.fps
        content_frame = frame - self.content_start + self.content_trim_start
        return content_frame / self.fps - self.sound_offset

    def mapped(self, shift: float, stretch: float) -> "StripTiming":
        """The placement among other frames: ``frame`` becomes ``(frame + shift) * stretch``.

        Handles are rounded outwards to whole frames. What plays between them stays exact.
        """
        left = math.floor((self.left_handle + shift) * stretch + 1e-6)
        right = math.ceil((self.right_handle + shift) * stretch - 1e-6)
        warp = None
        if self.warp is not None:
            frames = np.arange(left, right + 1) / stretch - shift
            warp = tuple(round(self.source_time(frame), 6) for frame in frames.tolist())
        return StripTiming(
            fps=self.fps * stretch,
            content_start=(self.content_start + shift) * stretch,
            content_trim_start=self.content_trim_start * stretch,
            sound_offset=self.sound_offset,
            left_handle=left,
            right_handle=right,
            warp=warp,
        )

    @property
    def start(self) -> float:
        """Seconds in the file at which the audible range begins."""
        return self.source_time(self.left_handle)

    @property
    def duration(self) -> float:
        """Seconds of the audible range on the timeline."""
        return (self.right_handle - self.left_handle) / self.fps

    @property
    def source_duration(self) -> float:
        """Seconds of the file that play; differs from ``duration`` only for a retimed strip."""
        if self.warp is not None:
            return self.warp[-1] - self.warp[0]
        return self.duration

    @property
    def rest_before(self) -> int:
        """Frame of the rest key before the strip: LEAD_IN earlier, rounded outwards, but not below
        frame 0, for which exporters move the whole Action. For a strip from frame 0 on it is that
        frame, and there is no rest key."""
        earlier = self.left_handle - self._whole_frames(LEAD_IN)
        return max(earlier, 0) if self.left_handle >= 0 else earlier

    @property
    def lead_in(self) -> int:
        """How many rest keys there are before the strip: one, or none."""
        return int(self.rest_before < self.left_handle)

    @property
    def release_end(self) -> int:
        """Frame after the release: RELEASE after the strip, rounded outwards."""
        return self.right_handle + self._whole_frames(RELEASE)

    @property
    def frames(self) -> np.ndarray:
        """Scene frames to key, int64 [F]: rest_before, left_handle to release_end - 1."""
        before = [self.rest_before] * self.lead_in
        return np.append(np.array(before, int), np.arange(self.left_handle, self.release_end))

    @property
    def times(self) -> np.ndarray:
        """Seconds of the file at each of ``frames`` after the first audible sample, float64 [F];
        that of a rest key is negative."""
        if self.warp is None:
            return (self.frames - self.left_handle) / self.fps
        handles = np.arange(self.left_handle, self.right_handle + 1)
        inside = np.clip(self.frames, self.left_handle, self.right_handle)
        around = (self.frames - inside) / self.fps
        return np.interp(inside, handles, self.warp) + around - self.start

    @property
    def weights(self) -> np.ndarray:
        """Weight of the speech at each of ``frames``, float32 [F]: 0 before the strip, 1 in it,
        then half a cosine down to 0 on the last frame of the release."""
        release = self.release_end - self.right_handle
        fade = 0.5 + 0.5 * np.cos(np.pi * np.arange(1, release + 1) / release)
        speech = np.ones(self.right_handle - self.left_handle)
        return np.concatenate((np.zeros(self.lead_in), speech, fade)).astype(np.float32)

    def _whole_frames(self, seconds: float) -> int:
        # A rounding error of seconds * fps must not add a frame.
        return math.ceil(seconds * self.fps - 1e-6)


_FARTHEST_FRAME = 1 << 22
"""Four times as far as Blender's timeline goes."""

_HIGHEST_FPS = 1e5
"""Three times Blender's highest rate."""


def dumps(timing: StripTiming) -> str:
    """JSON of a timing, as a .blend keeps it."""
    return json.dumps(asdict(timing))


def loads(text: str) -> StripTiming:
    """The timing of ``dumps``'s text. Raises ValueError for anything else."""
    try:
        stored = json.loads(text)
        warp = stored["warp"]
        stored["warp"] = None if warp is None else tuple(map(float, warp))
        timing = StripTiming(**stored)
        _check(timing)
    except (TypeError, KeyError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError(f"no timing of a strip: {error}") from error
    return timing


def _check(timing: StripTiming) -> None:
    frames, warp = (timing.left_handle, timing.right_handle), timing.warp or ()
    if not all(isinstance(frame, int) and abs(frame) < _FARTHEST_FRAME for frame in frames):
        raise ValueError("frames")
    places = (timing.content_start, timing.content_trim_start, timing.sound_offset, *warp)
    if not all(abs(place) < _FARTHEST_FRAME * _HIGHEST_FPS for place in places):
        raise ValueError("places")
    if not 1.0 / _HIGHEST_FPS <= timing.fps <= _HIGHEST_FPS:
        raise ValueError("rate")
    count = frames[1] - frames[0]
    if count <= 0 or (timing.warp is not None and len(warp) != count + 1):
        raise ValueError("lengths")
