"""All takes of one actor, from files to recordings of the cache."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import lip_opening

from ..cache import CURVE_HOP, SAMPLE_RATE, Recording, curve_rows
from ..energy import level_curve, silence_threshold
from .align import Alignment, align, best_lag
from .arkit import ChannelMap, to_arkit
from .calibrate import Calibration, apply, measure
from .grid import RATE, to_rows
from .segments import cut, hold_out
from .takes import Take, read_take
from .track import ActorError

Hear = Callable[[np.ndarray], np.ndarray]
"""Mouth opening [T] at 100 Hz that a trained network hears in samples [N] at 16 kHz."""

_JAW = ARKIT_52.index("jawOpen")
_LONG_ENOUGH = 20.0  # seconds of a take for a lag of its own
_LEAST_KNOWN = 0.05  # share of an utterance's frames


@dataclass(frozen=True)
class Options:
    """What the command line says about all takes.

    Attributes:
        name: of the actor and of the corpus.
        lang: language of the sound.
        lag: seconds by which the curves are late; None to estimate it.
        full_range: bring channels to what they reach in speech; None where they are scores.
        held_out: names of takes kept from training.
        face_model: MediaPipe's model file, for video.
        channel_map: what the ARKit channels are made of; None where the file has them.
    """

    name: str
    lang: str = "und"
    lag: float | None = None
    full_range: bool | None = None
    held_out: frozenset[str] = frozenset()
    face_model: Path | None = None
    channel_map: ChannelMap | None = None


@dataclass(frozen=True)
class _Loaded:
    """A take before calibration: frames with their times, and the sound."""

    name: str
    samples: np.ndarray
    times: np.ndarray
    channels: np.ndarray
    lip_gap: np.ndarray | None
    scores: bool

    @property
    def seconds(self) -> float:
        return len(self.samples) / SAMPLE_RATE

    def rows(self, by: Alignment) -> tuple[np.ndarray, np.ndarray | None]:
        """ARKit channels [T, 52] and lip gap [T] on the sound's rows."""
        times, count = by.sound_times(self.times), curve_rows(len(self.samples))
        gap = self.lip_gap
        if gap is not None:
            gap = to_rows(times, np.asarray(gap, np.float32)[:, None], count)[:, 0]
        return to_rows(times, self.channels, count), gap


@dataclass(frozen=True)
class Performance:
    """One actor, ready for the cache.

    Attributes:
        recordings: utterances with curves.
        takes: names of the takes, in order.
        alignments: of each take.
        calibration: of the actor.
    """

    recordings: list[Recording]
    takes: list[str]
    alignments: list[Alignment]
    calibration: Calibration


def perform(takes: Sequence[Take], options: Options, hear: Hear) -> Performance:
    """Reads, aligns, calibrates and cuts all takes.

    Raises `ActorError` when a take cannot be read, a name to hold out is unknown, or no face is
    left.
    """
    names = {take.name for take in takes}
    unknown = sorted(options.held_out - names)
    if unknown:
        raise ActorError(f'There is no take "{unknown[0]}"; there are {", ".join(sorted(names))}.')
    loaded = [_load(take, options) for take in takes]
    alignments = _alignments(loaded, options.lag, hear)
    rows, gaps = zip(*(one.rows(by) for one, by in zip(loaded, alignments, strict=True)),
                     strict=True)  # fmt: skip
    if not any(np.isfinite(part).any() for part in rows):
        raise ActorError("No frame shows a face at a time when there is sound; check the files.")
    scores = options.full_range
    if scores is None:
        scores = any(one.scores for one in loaded)
    silent = [_silence(one.samples) for one in loaded]
    calibration = measure(rows, silent, scores)
    curves = [apply(part, gap, calibration) for part, gap in zip(rows, gaps, strict=True)]
    recordings = list(_recordings(loaded, curves, options))
    if not recordings:
        raise ActorError("The face is known in too few frames to learn from; record it again.")
    return Performance(recordings, [one.name for one in loaded], alignments, calibration)


def _load(take: Take, options: Options) -> _Loaded:
    track, samples = read_take(take, options.face_model)
    channels = to_arkit(track.names, track.values, options.channel_map, str(take.curves))
    return _Loaded(take.name, samples, track.times, channels, track.lip_gap, track.scores)


def _alignments(loaded: Sequence[_Loaded], lag: float | None, hear: Hear) -> list[Alignment]:
    """One alignment a take; short takes share the one that fits them all."""
    if lag is not None:
        return [Alignment(lag)] * len(loaded)
    pairs = [(_opening(*one.rows(Alignment(0.0))), hear(one.samples)) for one in loaded]
    short = [pair for one, pair in zip(loaded, pairs, strict=True) if one.seconds < _LONG_ENOUGH]
    shared = best_lag(short) if short else Alignment(0.0)
    return [
        align(*pair) if one.seconds >= _LONG_ENOUGH else shared
        for one, pair in zip(loaded, pairs, strict=True)
    ]


def _opening(rows: np.ndarray, gap: np.ndarray | None) -> np.ndarray:
    """Captured mouth opening [T], measured where there is geometry; NaN where unknown."""
    if gap is not None:
        return gap
    opening = lip_opening(ARKIT_52, np.nan_to_num(rows))
    return np.where(np.isfinite(rows[:, _JAW]), opening, np.nan)


def _silence(samples: np.ndarray) -> np.ndarray:
    """Rows [T] bool without speech, by level."""
    level, hop = level_curve(samples, SAMPLE_RATE)
    quiet = level < silence_threshold(level)
    when = np.arange(curve_rows(len(samples))) / RATE
    return quiet[np.minimum((when / hop).astype(int), len(quiet) - 1)]


def _recordings(
    loaded: Sequence[_Loaded], curves: Sequence[np.ndarray], options: Options
) -> Iterator[Recording]:
    spans = [cut(one.samples) for one in loaded]
    named = [one.name in options.held_out for one in loaded]
    splits = hold_out([len(part) for part in spans], named)
    for one, rows, part, split in zip(loaded, curves, spans, splits, strict=True):
        for index, ((start, stop), where) in enumerate(zip(part, split, strict=True)):
            kept = rows[start // CURVE_HOP : curve_rows(stop)]
            if np.isfinite(kept).any(axis=1).mean() >= _LEAST_KNOWN:
                label = f"{one.name}-{index:03d}" if len(part) > 1 else one.name
                yield Recording(label, one.samples[start:stop], options.name, options.lang, None,
                                None, where, curves=kept)  # fmt: skip
