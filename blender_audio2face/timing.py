"""Where a sound strip's frames lie in its sound file."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class StripTiming:
    """Placement of a sound strip on the timeline.

    Attributes:
        fps: frames per second, ``render.fps / render.fps_base``.
        content_start: frame at which the untrimmed content begins; may be fractional.
        content_trim_start: frames of the file cut off before the content begins.
        sound_offset: seconds by which the sound is delayed against its content.
        left_handle: first audible frame.
        right_handle: frame after the last audible one.
    """

    fps: float
    content_start: float
    content_trim_start: float
    sound_offset: float
    left_handle: int
    right_handle: int

    def source_time(self, frame: float) -> float:
        """Seconds in the file heard at a scene frame; negative before the file's beginning.

        The formula was found by mixing down click tracks and is held by
        tests/blender/test_strip.py.
        """
        content_frame = frame - self.content_start + self.content_trim_start
        return content_frame / self.fps - self.sound_offset

    @property
    def start(self) -> float:
        """Seconds in the file at which the audible range begins."""
        return self.source_time(self.left_handle)

    @property
    def duration(self) -> float:
        """Seconds of the audible range."""
        return (self.right_handle - self.left_handle) / self.fps

    @property
    def frames(self) -> np.ndarray:
        """Scene frames to key, int64 [F]: left_handle to right_handle - 1."""
        return np.arange(self.left_handle, self.right_handle)

    @property
    def times(self) -> np.ndarray:
        """Seconds of each frame from the first audible sample, float64 [F]."""
        return (self.frames - self.left_handle) / self.fps
