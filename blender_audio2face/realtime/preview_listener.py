"""What a preview's thread does: hears what the strips need, and makes frames of it. No bpy."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...model.numpy_network import NumpyNetwork
from ...model.weights_file import DEFAULT_WEIGHTS, load_weights
from ..core.background_job import Job
from ..core.compose import FacePlan
from ..core.sound import sound_segment
from ..core.sound.sound_segment import SoundSegment
from ..core.sound.strip_plan import SoundSource, StripPlan
from ..errors import BakeError
from .preview_curves import HeardStrip, Stretch, around, face_frames, trimmed
from .preview_frames import NO_FRAMES, FaceFrames
from .preview_hearing import Hearing

_BEFORE, _AFTER = 2.0, 5.0
"""Seconds around the playhead that are heard first, where it is far from what was heard."""

_FAR = 20.0
"""Seconds of sound that are heard sooner than anybody minds."""

_LONG = 60.0
"""Seconds of sound from which on the playhead's surroundings are made before all the rest."""

_GROWTH = 1.5
"""How much more has to be heard before all frames are made anew."""


class PreviewJob(Job):
    """A job that no bake has to wait for."""

    exclusive = False


@dataclass(frozen=True)
class Order:
    """What is to be shown.

    Attributes:
        strips: the face's voice, in the order of a bake.
        face: what moves with it, and how.
    """

    strips: tuple[StripPlan, ...]
    face: FacePlan


class Listener:
    """Keeps what was heard, so that a dial or a moved strip needs no second hearing.

    The main thread sets ``order`` and ``playhead`` and reads ``frames``; ``work`` runs in one
    thread at a time.

    Attributes:
        order: what is to be shown.
        playhead: the frame that is to be known first.
        frames: what is shown, as far as it is known; replaced as a whole.
    """

    def __init__(self, order: Order, weights: Path | None, playhead: float) -> None:
        self.order = order
        self.playhead = playhead
        self.frames: FaceFrames = NO_FRAMES
        self._weights = weights
        self._hearings: list[Hearing] = []
        self._glances: list[Hearing] = []
        self._digests: dict[SoundSource, str] = {}
        self._shown: tuple[Order, float, bool] | None = None

    @property
    def up_to_date(self) -> bool:
        """Whether ``frames`` are of the whole order; while no thread works."""
        return self._shown is not None and self._shown[0] is self.order and self._shown[2]

    @cached_property
    def _network(self) -> NumpyNetwork:
        """It runs in NumPy, which needs no time to get ready."""
        return NumpyNetwork(*load_weights(self._weights or DEFAULT_WEIGHTS))

    def work(self, on_progress: Callable[[float], None]) -> None:
        """Hears and makes frames until there is nothing left to do for the order.

        Args:
            on_progress: gets fractions 0..1; an exception it raises ends the work.

        Raises:
            BakeError: a sound cannot be read.
            model.errors.A2FError: the weights cannot be used.
        """
        while True:
            order = self.order
            hearings = [self._hearing(strip) for strip in order.strips]
            self._hearings = [one for one in self._hearings if one.whole or one in hearings]
            self._show(order, hearings)
            on_progress(_fraction(order, hearings))
            following = self._following(order, hearings)
            if following is not None:
                following.run_for()
            elif order is self.order:
                return

    def _hearing(self, strip: StripPlan) -> Hearing:
        """What was heard of a strip, or is to be."""
        return self._found(self._hearings, strip, strip)

    def _glance(self, strip: StripPlan, playhead: float) -> Hearing:
        """The neighbourhood of the playhead, as if the strip had no more."""
        fps = strip.timing.fps
        near = trimmed(strip, round(playhead - fps), round(playhead + fps))
        wide = trimmed(strip, round(playhead - _BEFORE * fps), round(playhead + _AFTER * fps))
        return self._found(self._glances, near, wide)

    def _found(self, known: list[Hearing], wanted: StripPlan, new: StripPlan) -> Hearing:
        """The hearing that has all that is wanted; where there is none yet, one of ``new``."""
        what = self._heard(wanted)
        for one in known:
            if what.offset_in(one.heard) is not None:
                return one
        known.append(Hearing(new, self._heard(new), self._network))
        return known[-1]

    def _heard(self, strip: StripPlan) -> SoundSegment:
        source = strip.source
        if source not in self._digests:
            try:
                self._digests[source] = sound_segment.digest(source)
            except OSError as error:
                raise BakeError(f'The sound of "{strip.name}" cannot be read ({error}).') from error
        return sound_segment.segment_of_strip(strip, self._digests[source])

    def _following(self, order: Order, hearings: list[Hearing]) -> Hearing | None:
        """What is to be heard next: what the playhead is on, then what is nearest to it."""
        pairs = [pair for pair in zip(order.strips, hearings, strict=True) if not pair[1].whole]
        if not pairs:
            return None
        playhead = self.playhead
        strip, hearing = min(pairs, key=lambda pair: _distance(pair[0], playhead))
        if _distance(strip, playhead) == 0 and _ahead(strip, hearing, playhead) > _FAR:
            glance = self._glance(strip, playhead)
            if not glance.whole:
                return glance
        return hearing

    def _show(self, order: Order, hearings: list[Hearing]) -> None:
        """Makes the frames anew where that shows more, or something else."""
        amount = sum(one.seconds for one in (*hearings, *self._glances))
        whole = all(one.whole for one in hearings)
        if self._shown is not None and self._shown[0] is order:
            _, before, was_whole = self._shown
            grown = amount >= _GROWTH * before or self._is_awaited(order, hearings)
            if was_whole or not (whole or (grown and amount > before)):
                return
        strips = [
            HeardStrip(strip.timing, self._stretches(strip, hearing))
            for strip, hearing in zip(order.strips, hearings, strict=True)
        ]
        is_new = self._shown is None or self._shown[0] is not order
        if is_new and amount > _LONG:
            near = [around(strip, self.playhead, _AFTER) for strip in strips]
            self.frames = face_frames(order.face, near)
        self.frames = face_frames(order.face, strips)
        self._shown = (order, amount, whole)
        if whole:
            self._glances.clear()

    def _stretches(self, strip: StripPlan, hearing: Hearing) -> tuple[Stretch, ...]:
        """What is known of a strip."""
        begun = [hearing]
        if not hearing.whole:
            digest = hearing.heard.digest
            begun = [*(one for one in self._glances if one.heard.digest == digest), hearing]
        return tuple(
            Stretch(one.curves, strip.timing.start - one.heard.start, one is hearing and one.whole)
            for one in begun
            if one.seconds
        )

    def _is_awaited(self, order: Order, hearings: list[Hearing]) -> bool:
        """Whether the playhead stands where nothing is shown, though it was heard."""
        playhead = self.playhead
        preview = order.face.settings.preview
        if preview is not None and not preview[0] <= playhead < preview[1]:
            return False
        if self.frames.at(playhead) is not None:
            return False
        return any(
            _distance(strip, playhead) == 0 and -one.seconds <= _ahead(strip, one, playhead) <= 0
            for strip, hearing in zip(order.strips, hearings, strict=True)
            for one in (hearing, *self._glances)
        )


def _distance(strip: StripPlan, frame: float) -> float:
    """Frames from a frame to the strip's; 0 within it."""
    return max(strip.timing.left_handle - frame, frame - strip.timing.right_handle + 1, 0.0)


def _ahead(strip: StripPlan, hearing: Hearing, frame: float) -> float:
    """Seconds of sound from the end of what was heard to a frame of the strip."""
    return strip.timing.source_time(frame) - hearing.heard.start - hearing.seconds


def _fraction(order: Order, hearings: list[Hearing]) -> float:
    """How much of the strips was heard, 0..1."""
    total = sum(strip.timing.source_duration for strip in order.strips)
    heard_seconds = sum(
        min(one.seconds, strip.timing.source_duration)
        if not one.whole
        else strip.timing.source_duration
        for strip, one in zip(order.strips, hearings, strict=True)
    )
    return heard_seconds / total
