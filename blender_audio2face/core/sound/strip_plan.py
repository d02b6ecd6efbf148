"""Which sounds a bake will read; decided and checked before anything is changed."""

from dataclasses import dataclass

import numpy as np

from .strip_timing import StripTiming
from .volume import FULL_VOLUME, Volume


@dataclass(frozen=True)
class SoundSource:
    """The sound of a strip.

    Attributes:
        label: the file's name, for messages.
        content: absolute path, or the encoded bytes of a packed sound.
        channel: the only channel of the file that is heard, counted from 1; 0 for a mix of all.
    """

    label: str
    content: str | bytes
    channel: int = 0


@dataclass(frozen=True)
class StripPlan:
    """One sound strip, as it was when the plan was made.

    Attributes:
        name: the strip's name, or the file's where there is no strip.
        source: its sound, or a mixdown where only Blender can play it.
        timing: its placement.
        volume: how loud it plays at each frame.
        uid: identifies the strip even when it is renamed; empty until ``strip_id.mark``.
        rounding: seconds by which its handles may lie outside of what plays.
        scene_uid: session_uid of the strip's scene; 0 without a strip.
        file: path of a sound that is in no strip, as it was chosen; else empty.
    """

    name: str
    source: SoundSource
    timing: StripTiming
    volume: Volume = FULL_VOLUME
    uid: str = ""
    rounding: float = 0.0
    scene_uid: int = 0
    file: str = ""

    @property
    def source_range(self) -> tuple[float, float]:
        """(start, end) in seconds of the source; may exceed both of its ends."""
        start = self.timing.start
        return start, start + self.timing.source_duration

    @property
    def frame_times(self) -> np.ndarray:
        """Seconds of the source at each frame from the left to the right handle, both included,
        relative to the first; float64 [F]."""
        timing = self.timing
        frames = np.arange(timing.left_handle, timing.right_handle + 1)
        if timing.warp is not None:
            return np.array(timing.warp) - timing.warp[0]
        return (frames - timing.left_handle) / timing.fps


@dataclass(frozen=True)
class SkippedMesh:
    """A chosen object that will not be keyed, and why."""

    object_name: str
    reason: str
