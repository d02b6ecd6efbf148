"""All takes of one actor, from files to recordings of the cache."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from model.runtime import choose_runtime
from tools.data.cache import CURVE_HOP, SAMPLE_RATE, Recording, curve_rows
from tools.data.labels import LEVEL_HOP, level_curve, silence_threshold

from .alignment import RATE, Alignment, align, best_lag, to_rows
from .channels import Calibration, ChannelMap, apply_calibration, calibrate, to_arkit
from .takes import Take, read_take
from .tracks import ActorError, Track

_JAW = ARKIT_52.index("jawOpen")
_LONG_ENOUGH = 20.0  # seconds of a take for a lag of its own
_LEAST_KNOWN = 0.05  # share of an utterance's frames

_SHORTEST, _LONGEST = 8.0, 16.0  # seconds of an utterance
_QUIET = 0.2  # seconds around a cut
_HELD_OUT_EVERY = 10


@dataclass(frozen=True)
class Options:
    """The command line's options for all takes.

    Attributes:
        name: of the actor and of the corpus.
        lang: language of the sound.
        lag: seconds by which the curves are late; None to estimate it.
        full_range: scale channels to their usual peaks in speech; None to do so where they are
            scores.
        held_out: names of takes kept from training.
        face_model: MediaPipe's model file, for video.
        channel_map: the controls that ARKit channels are made of; None where the file has ARKit's.
    """

    name: str
    lang: str = "und"
    lag: float | None = None
    full_range: bool | None = None
    held_out: frozenset[str] = frozenset()
    face_model: Path | None = None
    channel_map: ChannelMap | None = None


@dataclass(frozen=True)
class Performance:
    """One actor, ready for the cache.

    Attributes:
        recordings: utterances with curves.
        alignments: of each take, by its name, in order.
        calibration: of the actor.
    """

    recordings: list[Recording]
    alignments: list[tuple[str, Alignment]]
    calibration: Calibration


@dataclass(frozen=True)
class _LoadedTake:
    """A take before calibration: its track, the track's ARKit channels [F, 52], and the sound."""

    name: str
    samples: np.ndarray
    track: Track
    channels: np.ndarray

    @property
    def is_long(self) -> bool:
        """Whether it can have a lag of its own."""
        return len(self.samples) / SAMPLE_RATE >= _LONG_ENOUGH

    def rows(self, alignment: Alignment) -> tuple[np.ndarray, np.ndarray | None]:
        """ARKit channels [T, 52] and lip gap [T] on the sound's rows."""
        times, count = alignment.sound_times(self.track.times), curve_rows(len(self.samples))
        gap = self.track.lip_gap
        if gap is not None:
            gap = to_rows(times, np.asarray(gap, np.float32)[:, None], count)[:, 0]
        return to_rows(times, self.channels, count), gap


def perform(takes: Sequence[Take], options: Options) -> Performance:
    """Reads, aligns, calibrates and cuts all takes.

    Raises `ActorError` when a take cannot be read, a name to hold out is unknown, or no face is
    left.
    """
    names = {take.name for take in takes}
    unknown = sorted(options.held_out - names)
    if unknown:
        raise ActorError(f'There is no take "{unknown[0]}"; there are {", ".join(sorted(names))}.')
    loaded = [_load(take, options) for take in takes]
    alignments = _alignments(loaded, options.lag)
    aligned = [take.rows(alignment) for take, alignment in zip(loaded, alignments, strict=True)]
    rows = [channels for channels, _ in aligned]
    if not any(np.isfinite(part).any() for part in rows):
        raise ActorError("No frame shows a face at a time when there is sound; check the files.")
    scores = options.full_range
    if scores is None:
        scores = any(take.track.scores for take in loaded)
    calibration = calibrate(rows, [_silence(take.samples) for take in loaded], scores)
    curves = [apply_calibration(part, gap, calibration) for part, gap in aligned]
    recordings = list(_recordings(loaded, curves, options))
    if not recordings:
        raise ActorError("The face is known in too few frames to learn from; record it again.")
    by_name = list(zip([take.name for take in loaded], alignments, strict=True))
    return Performance(recordings, by_name, calibration)


def _load(take: Take, options: Options) -> _LoadedTake:
    track, samples = read_take(take, options.face_model)
    channels = to_arkit(track.names, track.values, options.channel_map, take.curves)
    return _LoadedTake(take.name, samples, track, channels)


def _alignments(takes: Sequence[_LoadedTake], lag: float | None) -> list[Alignment]:
    """One alignment a take; short takes share the alignment that fits them all."""
    if lag is not None:
        return [Alignment(lag)] * len(takes)
    runtime = choose_runtime("numpy")
    pairs = []
    for take in takes:
        predicted = lip_opening(ARKIT_52, runtime.predict(take.samples).values)
        pairs.append((_opening(*take.rows(Alignment(0.0))), predicted))
    short = [pair for take, pair in zip(takes, pairs, strict=True) if not take.is_long]
    shared = best_lag(short) if short else Alignment(0.0)
    return [
        align(*pair) if take.is_long else shared for take, pair in zip(takes, pairs, strict=True)
    ]


def _opening(rows: np.ndarray, gap: np.ndarray | None) -> np.ndarray:
    """Captured mouth opening [T], measured where there is geometry; NaN where unknown."""
    if gap is not None:
        return gap
    opening = lip_opening(ARKIT_52, np.nan_to_num(rows))
    return np.where(np.isfinite(rows[:, _JAW]), opening, np.nan)


def _silence(samples: np.ndarray) -> np.ndarray:
    """Rows [T] bool without speech, by level."""
    level = level_curve(samples, SAMPLE_RATE)
    quiet = level < silence_threshold(level)
    when = np.arange(curve_rows(len(samples))) / RATE
    return quiet[np.minimum((when / LEVEL_HOP).astype(int), len(quiet) - 1)]


def _recordings(
    takes: Sequence[_LoadedTake], curves: Sequence[np.ndarray], options: Options
) -> Iterator[Recording]:
    spans = [cut(take.samples) for take in takes]
    splits = hold_out([len(part) for part in spans], [t.name in options.held_out for t in takes])
    for take, rows, part, split in zip(takes, curves, spans, splits, strict=True):
        for index, ((start, stop), where) in enumerate(zip(part, split, strict=True)):
            kept = rows[start // CURVE_HOP : curve_rows(stop)]
            if np.isfinite(kept).any(axis=1).mean() >= _LEAST_KNOWN:
                label = f"{take.name}-{index:03d}" if len(part) > 1 else take.name
                yield Recording(label, take.samples[start:stop], options.name, options.lang, None,
                                None, where, curves=kept)  # fmt: skip


def cut(samples: np.ndarray) -> list[tuple[int, int]]:
    """Spans [start, stop) of samples [N] at 16 kHz, 8 to 16 s long, cut where it is quietest.

    Starts are whole rows of curves; together the spans cover everything.
    """
    hop = CURVE_HOP
    shortest, longest = round(_SHORTEST * RATE), round(_LONGEST * RATE)
    rows = len(samples) // hop
    power = np.square(samples[: rows * hop].astype(np.float64)).reshape(rows, hop).mean(1)
    width = round(_QUIET * RATE)
    around = np.convolve(power, np.ones(width) / width, "same")
    bounds = [0]
    while rows - bounds[-1] > longest:
        low = bounds[-1] + shortest
        high = min(bounds[-1] + longest, rows - shortest // 2)
        bounds.append(low + int(np.argmin(around[low:high])))
    edges = [*(bound * hop for bound in bounds), len(samples)]
    return list(itertools.pairwise(edges))


def hold_out(takes: Sequence[int], named: Sequence[bool]) -> list[list[str]]:
    """The split, "train" or "test", of each utterance of each take.

    ``takes`` counts the utterances of each take; ``named`` marks takes that are held out by name.
    Without any, every tenth take is, or with fewer than ten takes every tenth utterance, from the
    fifth on; a single utterance is for training.
    """
    every = _HELD_OUT_EVERY
    if any(named):
        return [["test" if out else "train"] * n for n, out in zip(takes, named, strict=True)]
    if len(takes) >= every:
        return [["test" if i % every == 4 else "train"] * n for i, n in enumerate(takes)]
    total = sum(takes)
    first = min(every // 2, total) - 1 if total > 1 else total
    splits = ["test" if i >= first and (i - first) % every == 0 else "train" for i in range(total)]
    ends = np.cumsum([0, *takes])
    return [splits[a:b] for a, b in itertools.pairwise(ends)]
