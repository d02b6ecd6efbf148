"""From frames of the sequencer to frames of the face's F-curves.

They differ where the face's scene stretches its time (Output > Frame Range > Time Stretching),
which Blender does to animation but not to sound, and where the sequencer is another scene, whose
scene strips show the face's scene from a frame of their own on.
"""

import math
from dataclasses import dataclass

import numpy as np

from ..core.sound.strip_timing import StripTiming
from ..errors import StripError
from . import sequencer_api


@dataclass(frozen=True)
class FrameMap:
    """``animation frame = (sequencer frame + shift) * stretch``."""

    shift: float = 0.0
    stretch: float = 1.0

    def frame(self, frame: float) -> float:
        """The frame of F-curves that is shown at a frame of the sequencer."""
        return (frame + self.shift) * self.stretch

    def of_sequencer(self, frames: np.ndarray) -> np.ndarray:
        """The frames [F] of the sequencer at which frames [F] of F-curves are shown."""
        return frames / self.stretch - self.shift

    def timeline_frame(self, frame: float) -> int:
        """The whole frame of the sequencer at which a frame of F-curves is shown."""
        return round(frame / self.stretch - self.shift)

    def timing(self, timing: StripTiming) -> StripTiming:
        """A placement in the sequencer as one among F-curves."""
        return timing.mapped(self.shift, self.stretch) if self._changes_frames else timing

    def rounding(self, timing: StripTiming) -> float:
        """Seconds by which the handles of the result of ``timing`` may lie outside of the strip."""
        return 1.0 / timing.fps if self._changes_frames else 0.0

    @property
    def _changes_frames(self) -> bool:
        return self.stretch != 1.0 or self.shift != 0.0


SAME_FRAMES = FrameMap()
"""Where the sequencer's frames are those of the face's F-curves."""


def stretched_time(scene) -> FrameMap:
    """How a scene's F-curves follow its own timeline."""
    render = scene.render
    return FrameMap(stretch=render.frame_map_old / render.frame_map_new)


def frame_map(scene, animated, name: str, timing: StripTiming) -> FrameMap:
    """How the F-curves of a scene follow a strip of the sequencer.

    Args:
        scene: the scene with the sequencer.
        animated: the scene of the face.
        name: the strip's, for messages.
        timing: its placement in the sequencer.

    Raises:
        StripError: while it plays, the sequencer does not show the face, or shows it at more than
            one speed or place.
    """
    stretch = stretched_time(animated).stretch
    shots = _scene_strips(scene, animated)
    if not shots:
        return FrameMap(0.0, stretch)
    shown = [shot for shot in shots if _overlap(scene, shot, timing) > 0]
    if not shown:
        raise StripError(
            f'Strip "{name}" plays in frames {timing.left_handle} to {timing.right_handle - 1} of '
            f'scene "{scene.name}", where no scene strip shows "{animated.name}": move one of them.'
        )
    changed = next((shot for shot in shown if not sequencer_api.plays_evenly(shot)), None)
    if changed is not None:
        raise StripError(
            f'Scene strip "{changed.name}" shows "{animated.name}" retimed or reversed, so that no '
            f'key can follow "{name}": give the scene strip its own speed.'
        )
    shifts = {_shift(scene, animated, shot): shot.name for shot in shown}
    if len(shifts) > 1:
        first, second, *_ = shifts.values()
        raise StripError(
            f'Scene strips "{first}" and "{second}" show "{animated.name}" at different frames '
            f'while "{name}" plays: split "{name}" where they meet.'
        )
    return FrameMap(next(iter(shifts)), stretch)


def is_shown(scene, animated, timing: StripTiming) -> bool:
    """Whether the sequencer shows the face's scene while a strip plays; True where no scene strip
    says when it is shown."""
    shots = _scene_strips(scene, animated)
    return not shots or any(_overlap(scene, shot, timing) > 0 for shot in shots)


def fingerprint(scene, animated) -> tuple[object, ...]:
    """What ``frame_map`` depends on, besides the strip."""
    render = animated.render
    shots = [
        (
            sequencer_api.strip_timing(scene, shot),
            sequencer_api.plays_evenly(shot),
            animated.frame_start,
        )
        for shot in _scene_strips(scene, animated)
    ]
    return render.frame_map_old, render.frame_map_new, tuple(shots)


def timeline_frames(scene, first: float, last: float) -> tuple[int, int]:
    """The whole frames of a scene's F-curves that are shown in frames first to last of its
    timeline, as [start, end)."""
    stretch = stretched_time(scene).stretch
    return math.ceil(first * stretch - 1e-6), math.floor(last * stretch + 1e-6) + 1


def frame_now(scene, animated) -> float:
    """The frame of the sequencer that is shown now.

    Args:
        scene: the scene with the sequencer.
        animated: the scene of the face, which the playhead is of unless scene strips show it.
    """
    return (scene if _scene_strips(scene, animated) else animated).frame_float


def _scene_strips(scene, animated) -> list:
    if scene == animated:
        return []
    return [
        strip
        for strip in sequencer_api.all_strips(scene)
        if strip.type == "SCENE"
        and strip.scene == animated
        and sequencer_api.muted_by(scene, strip) is None
    ]


def _overlap(scene, shot, timing: StripTiming) -> int:
    shown = sequencer_api.strip_timing(scene, shot)
    left = max(shown.left_handle, timing.left_handle)
    return min(shown.right_handle, timing.right_handle) - left


def _shift(scene, animated, shot) -> float:
    placed = sequencer_api.strip_timing(scene, shot)
    return animated.frame_start + placed.content_trim_start - placed.content_start
