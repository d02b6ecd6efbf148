"""The work of a preview's thread: analyses strips piece by piece and makes frames of the curves."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from ....model.curves import Curves
from ....model.features import FRAME_RATE
from ....model.framing import SAMPLE_RATE
from ....model.numpy_network import NumpyNetwork
from ....model.streaming import StepNetwork, Stream
from ....model.weights_file import DEFAULT_WEIGHTS, load_weights
from ...errors import BakeError
from ..cached_curves import decode, encode
from ..compose import FacePlan
from ..sound import sound_segment
from ..sound.decoders import DECODERS
from ..sound.samples import strip_blocks
from ..sound.sound_segment import SoundSegment
from ..sound.strip_plan import SoundSource, StripPlan
from .frames import NO_FRAMES, AnalyzedStrip, CurvePart, FaceFrames, around, face_frames, trimmed

_PIECE = 2 * SAMPLE_RATE
"""Samples analysed at once: some hundredths of a second of work."""

_BEFORE, _AFTER = 2.0, 5.0
"""Seconds around the playhead that are analysed first if it is far from what was analysed."""

_FAR = 20.0
"""Seconds of sound that are analysed before anybody notices."""

_LONG = 60.0
"""Seconds of sound above which frames around the playhead are made before all the others."""

_GROWTH = 1.5
"""Factor by which the analysed sound has to grow before all frames are made again."""


@dataclass(frozen=True)
class PreviewPlan:
    """What is to be shown.

    Attributes:
        strips: of the face's voice, in the order of a bake.
        face: what moves, and how.
    """

    strips: tuple[StripPlan, ...]
    face: FacePlan


class StripAnalysis:
    """The curves of a strip as far as it was analysed.

    Attributes:
        segment: which part of which sound the whole strip is.
        complete: whether the strip was analysed to its end; its curves are then those of a bake.
    """

    def __init__(self, strip: StripPlan, segment: SoundSegment, network: StepNetwork) -> None:
        self.segment = segment
        self.complete = False
        self._blocks = strip_blocks(strip, SAMPLE_RATE, DECODERS)
        self._stream = Stream(network)
        self._names = network.config.channels
        self._rows: list[np.ndarray] = []

    @property
    def seconds(self) -> float:
        """Seconds of sound analysed so far."""
        return sum(map(len, self._rows)) / FRAME_RATE

    @property
    def curves(self) -> Curves:
        """The curves so far."""
        self._rows = [np.concatenate(self._rows)]
        return Curves(self._names, FRAME_RATE, self._rows[0])

    def advance(self) -> None:
        """Analyses the next piece.

        Raises:
            BakeError: the sound cannot be decoded.
        """
        piece, length = [], 0
        for block in self._blocks:
            piece.append(block)
            length += len(block)
            if length >= _PIECE:
                break
        if length:
            self._rows.append(self._stream.push(np.concatenate(piece)))
        if length < _PIECE:
            self._rows.append(self._stream.finish())
            self._rows = [decode(encode(self.curves)).values]
            self.complete = True


class PreviewAnalyzer:
    """Analyses strips and keeps the curves, so that a dial or a moved strip needs no new analysis.

    The main thread sets ``plan`` and ``playhead`` and reads ``frames``; ``work`` runs in one thread
    at a time.

    Attributes:
        plan: what is to be shown.
        playhead: the frame that is to be known first.
        frames: values as far as they are known; replaced as a whole.
    """

    def __init__(self, plan: PreviewPlan, weights: Path | None, playhead: float) -> None:
        """``weights`` is an .npz; None stands for the bundled network."""
        self.plan = plan
        self.playhead = playhead
        self.frames: FaceFrames = NO_FRAMES
        self._weights = weights
        self._analyses: list[StripAnalysis] = []
        self._nearby: list[StripAnalysis] = []  # of the playhead's neighbourhood alone
        self._digests: dict[SoundSource, str] = {}
        self._shown: tuple[PreviewPlan, float, bool] | None = None

    @property
    def up_to_date(self) -> bool:
        """Whether ``frames`` are of the whole plan; while no thread works."""
        return self._shown is not None and self._shown[0] is self.plan and self._shown[2]

    @cached_property
    def _network(self) -> NumpyNetwork:
        """It runs on NumPy, which is ready at once."""
        return NumpyNetwork(*load_weights(self._weights or DEFAULT_WEIGHTS))

    def work(self, on_progress: Callable[[float], None]) -> None:
        """Analyses strips and makes frames until ``frames`` are of the whole plan.

        Args:
            on_progress: gets fractions 0..1; an exception it raises ends the work.

        Raises:
            BakeError: a sound cannot be read.
            WeightsError: the weights cannot be used.
        """
        while True:
            plan = self.plan
            analyses = [self._find_or_add(self._analyses, strip, strip) for strip in plan.strips]
            self._analyses = [
                known for known in self._analyses if known.complete or known in analyses
            ]
            self._make_frames(plan, analyses)
            on_progress(_fraction(plan, analyses))
            following = self._next(plan, analyses)
            if following is not None:
                following.advance()
            elif plan is self.plan:
                return

    def _analysis_near(self, strip: StripPlan, playhead: float) -> StripAnalysis:
        """An analysis of the playhead's neighbourhood, as if the strip were no longer."""
        fps = strip.timing.fps
        needed = trimmed(strip, round(playhead - fps), round(playhead + fps))
        wide = trimmed(strip, round(playhead - _BEFORE * fps), round(playhead + _AFTER * fps))
        return self._find_or_add(self._nearby, needed, wide)

    def _find_or_add(
        self, known: list[StripAnalysis], needed: StripPlan, new: StripPlan
    ) -> StripAnalysis:
        """The analysis that covers ``needed``; if there is none, one of ``new``."""
        segment = self._segment_of(needed)
        for analysis in known:
            if segment.offset_in(analysis.segment) is not None:
                return analysis
        known.append(StripAnalysis(new, self._segment_of(new), self._network))
        return known[-1]

    def _segment_of(self, strip: StripPlan) -> SoundSegment:
        source = strip.source
        if source not in self._digests:
            try:
                self._digests[source] = sound_segment.digest(source)
            except OSError as error:
                raise BakeError(f'The sound of "{strip.name}" cannot be read ({error}).') from error
        return sound_segment.segment_of_strip(strip, self._digests[source])

    def _next(self, plan: PreviewPlan, analyses: list[StripAnalysis]) -> StripAnalysis | None:
        """What to analyse next: the strip under the playhead, then the nearest one."""
        pairs = [pair for pair in zip(plan.strips, analyses, strict=True) if not pair[1].complete]
        if not pairs:
            return None
        playhead = self.playhead
        strip, analysis = min(pairs, key=lambda pair: _distance(pair[0], playhead))
        if _distance(strip, playhead) == 0 and _ahead(strip, analysis, playhead) > _FAR:
            near = self._analysis_near(strip, playhead)
            if not near.complete:
                return near
        return analysis

    def _make_frames(self, plan: PreviewPlan, analyses: list[StripAnalysis]) -> None:
        """Makes the frames again if that shows more, or something else."""
        amount = sum(analysis.seconds for analysis in (*analyses, *self._nearby))
        complete = all(analysis.complete for analysis in analyses)
        shown = self._shown
        is_new = shown is None or shown[0] is not plan
        if shown is not None and not is_new:
            _, before, was_complete = shown
            grown = amount >= _GROWTH * before or self._is_awaited(plan, analyses)
            if was_complete or not (complete or (grown and amount > before)):
                return
        strips = [
            AnalyzedStrip(strip.timing, self._parts(strip, analysis))
            for strip, analysis in zip(plan.strips, analyses, strict=True)
        ]
        if is_new and amount > _LONG:
            near = [around(strip, self.playhead, _AFTER) for strip in strips]
            self.frames = face_frames(plan.face, near)
        self.frames = face_frames(plan.face, strips)
        self._shown = (plan, amount, complete)
        if complete:
            self._nearby.clear()

    def _parts(self, strip: StripPlan, analysis: StripAnalysis) -> tuple[CurvePart, ...]:
        begun = [analysis]
        if not analysis.complete:
            digest = analysis.segment.digest
            begun = [*(near for near in self._nearby if near.segment.digest == digest), analysis]
        return tuple(
            CurvePart(
                part.curves,
                strip.timing.start - part.segment.start,
                part is analysis and part.complete,
            )
            for part in begun
            if part.seconds
        )

    def _is_awaited(self, plan: PreviewPlan, analyses: list[StripAnalysis]) -> bool:
        """Whether the playhead is on a frame that was analysed but is not shown yet."""
        playhead = self.playhead
        preview = plan.face.settings.preview
        if preview is not None and not preview[0] <= playhead < preview[1]:
            return False
        if self.frames.at(playhead) is not None:
            return False
        return any(
            _distance(strip, playhead) == 0 and -part.seconds <= _ahead(strip, part, playhead) <= 0
            for strip, analysis in zip(plan.strips, analyses, strict=True)
            for part in (analysis, *self._nearby)
        )


def _distance(strip: StripPlan, frame: float) -> float:
    """Frames from a frame to the strip's; 0 within it."""
    return max(strip.timing.left_handle - frame, frame - strip.timing.right_handle + 1, 0.0)


def _ahead(strip: StripPlan, analysis: StripAnalysis, frame: float) -> float:
    """Seconds of sound from the end of the analysed part to a frame of the strip."""
    return strip.timing.source_time(frame) - analysis.segment.start - analysis.seconds


def _fraction(plan: PreviewPlan, analyses: list[StripAnalysis]) -> float:
    """Share of the strips that was analysed, 0..1."""
    durations = [strip.timing.source_duration for strip in plan.strips]
    done = sum(
        duration if analysis.complete else min(analysis.seconds, duration)
        for duration, analysis in zip(durations, analyses, strict=True)
    )
    return done / sum(durations)
