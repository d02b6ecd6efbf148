"""Does the mouth move as filmed mouths do? Statistics of the lip opening, film beside systems.

A system's curves are read at the film's own frame times before anything is measured, so that both
have the same rate. The curve of either is taken on its own scale: *range* is from its 5th to its
95th percentile in the clip, *full* its 95th percentile.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.signal import find_peaks

from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from tools.data.cache import Utterance

from .capture import CAPTURES, Film, filmed
from .held_out import HeldOut
from .measures import RATE, column
from .systems import Network, System, loudness, teacher
from .tables import Table
from .voice import Voice, voice_of

_FAST_HZ = 4.0
_AROUND_SPEECH = 0.1  # s before and after speech that belong to its movement
_PROMINENCE = 0.10  # of the range, of what counts as a stroke
_JUMP = 0.60  # of full, from one frame to the next
END_STEPS = 6
_END_STEP = 0.04  # s
_LEAST_AT_END = 0.2  # of the range; a mouth that is shut already cannot close
_TRACKER_LAG = 0.018  # s


@dataclass(frozen=True)
class Motion:
    """Statistics of one system on one set of clips; nan where the set holds nothing to measure.

    Attributes:
        above_4hz: share of the variance above 4 Hz, from 0.1 s before speech to 0.1 s after it.
        openings: strokes a second: maxima that stand out by a tenth of the range.
        movement_ms: time from one extremum to the next; median of a clip, mean over the clips.
        jumps: steps of more than 0.6 of full between two frames, a second.
        pauses: mean place in the range, 0 to 1, in silences under 0.5 s inside speech.
        smile_asymmetry: deviation of the left smile minus the right over that of their mean.
        end: place of the opening in the six 40 ms after the voice ends, relative to its end.
    """

    above_4hz: float
    openings: float
    movement_ms: float
    jumps: float
    pauses: float
    smile_asymmetry: float
    end: tuple[float, ...]


@dataclass(frozen=True)
class Track:
    """A mouth at a film's frames.

    Attributes:
        time: of each frame in s of the sound, [N].
        opening: lip opening [N] on any scale.
        smiles: left and right smile [2, N], None where not measured.
        voice: when the clip's voice is heard.
    """

    time: np.ndarray
    opening: np.ndarray
    smiles: np.ndarray | None
    voice: Voice


def motion(tracks: Sequence[Track]) -> Motion:
    """The statistics of several clips together."""
    seconds = sum(len(track.time) * _step(track) for track in tracks)
    shares = [_above_4hz(track) for track in tracks]
    movements = [_median_movement(track) for track in tracks]
    ends = [end for track in tracks for end in _ends(track)]
    pauses = [_in_pauses(track) for track in tracks]
    return Motion(
        above_4hz=_mean(shares),
        openings=sum(len(_extrema(track)[0]) for track in tracks) / seconds,
        movement_ms=_mean(movements),
        jumps=sum(_jumps(track) for track in tracks) / seconds,
        pauses=_mean(np.concatenate(pauses)),
        smile_asymmetry=_mean([_asymmetry(track) for track in tracks]),
        end=tuple(np.mean(ends, axis=0)) if ends else (float("nan"),) * END_STEPS,
    )


def filmed_track(film: Film, voice: Voice) -> Track:
    """The mouth that was filmed."""
    return Track(film.time, film.aperture, film.smiles, voice)


def track_of(values: np.ndarray, film: Film, voice: Voice, lag: float = 0.0) -> Track:
    """A system's channels [T, 52] at 100 Hz, read at the film's frames.

    ``lag`` in s smooths them first as a causal tracker of that lag does (first order low pass).
    """
    grid = np.arange(len(values)) / RATE
    curves = [lip_opening(ARKIT_52, values)]
    curves += [column(values, f"mouthSmile{side}") for side in ("Left", "Right")]
    opening, left, right = (
        np.interp(film.time, grid, _tracked(curve, lag) if lag else curve) for curve in curves
    )
    return Track(film.time, opening, np.stack([left, right]), voice)


def _tracked(curve: np.ndarray, lag: float) -> np.ndarray:
    share = 1.0 / (1.0 + lag * RATE)
    followed, value = np.empty(len(curve)), curve[0]
    for index, wanted in enumerate(curve):
        value += share * (wanted - value)
        followed[index] = value
    return followed


def _step(track: Track) -> float:
    return float(np.median(np.diff(track.time)))


def _range(opening: np.ndarray) -> tuple[float, float]:
    low, high = np.percentile(opening, (5, 95))
    return float(low), float(max(high - low, 1e-6))


def _above_4hz(track: Track) -> float:
    start, end = track.voice.start - _AROUND_SPEECH, track.voice.end + _AROUND_SPEECH
    part = track.opening[(track.time >= start) & (track.time <= end)]
    if len(part) < 4:
        return float("nan")
    power = np.abs(np.fft.rfft(part - part.mean())) ** 2
    frequency = np.fft.rfftfreq(len(part), _step(track))
    return float(power[frequency > _FAST_HZ].sum() / max(power.sum(), 1e-12))


def _extrema(track: Track) -> tuple[np.ndarray, np.ndarray]:
    """Frames of the maxima and of the minima that stand out."""
    least = _PROMINENCE * _range(track.opening)[1]
    maxima, _ = find_peaks(track.opening, prominence=least)
    minima, _ = find_peaks(-track.opening, prominence=least)
    return maxima, minima


def _median_movement(track: Track) -> float:
    """Median time in ms between a maximum and a minimum that follow each other."""
    maxima, minima = _extrema(track)
    found = sorted([(frame, True) for frame in maxima] + [(frame, False) for frame in minima])
    lengths = [
        track.time[second] - track.time[first]
        for (first, rises), (second, falls) in pairwise(found)
        if rises != falls
    ]
    return 1000 * float(np.median(lengths)) if lengths else float("nan")


def _jumps(track: Track) -> int:
    full = max(float(np.percentile(track.opening, 95)), 1e-6)
    return int(np.sum(np.abs(np.diff(track.opening)) > _JUMP * full))


def _in_pauses(track: Track) -> np.ndarray:
    """Place in the range of every frame of a pause."""
    low, extent = _range(track.opening)
    inside = np.zeros(len(track.time), bool)
    for start, end in track.voice.pauses:
        inside |= (track.time >= start) & (track.time < end)
    return np.clip((track.opening[inside] - low) / extent, 0.0, 1.0)


def _ends(track: Track) -> Iterator[np.ndarray]:
    """For each end of the voice the opening after it over the opening at it, [END_STEPS]."""
    low, extent = _range(track.opening)
    place = (track.opening - low) / extent
    for end in track.voice.ends:
        at_end = float(np.interp(end, track.time, place))
        after = end + 0.01 * np.arange(round(100 * END_STEPS * _END_STEP))
        if at_end >= _LEAST_AT_END and after[-1] <= track.time[-1]:
            course = np.maximum(np.interp(after, track.time, place), 0.0) / at_end
            yield course.reshape(END_STEPS, -1).mean(1)


def _asymmetry(track: Track) -> float:
    if track.smiles is None:
        return float("nan")
    left, right = track.smiles
    together = ((left + right) / 2).std()
    return float((left - right).std() / together) if together > 1e-6 else float("nan")


def _mean(values: Iterable[float]) -> float:
    known = np.asarray(values, float)
    known = known[np.isfinite(known)]
    return float(known.mean()) if len(known) else float("nan")


def motion_tables(sets: HeldOut, folder: Path, networks: Sequence[Network]) -> Iterator[Table]:
    """Networks, teacher (where phones are known) and loudness beside the film of each corpus: how
    the opening moves, and how it closes after speech."""
    moving = Table(
        "Motion: systems beside the film, at the film's frames",
        (
            "speaker", "system", "variance above 4 Hz", "openings a second", "movement, ms",
            "jumps a second", "opening in pauses", "left against right smile",
        ),
        "To reach: variance at most 1.2 times the film's, openings and movements within 10 %, "
        "jumps at most 1.5 times, pauses within 0.10. Trackers smooth films: *as tracked* is "
        "smoothed alike, with a lag of 18 ms.",
    )  # fmt: skip
    ending = Table(
        "Motion: opening after a final vowel, relative to its end",
        ("speaker", "system", "ends", *(f"{40 * i} to {40 * i + 40} ms" for i in range(END_STEPS))),
        "To reach: within 0.1 of the film at each step. Without phones: after every end of a "
        "stretch of voice.",
    )
    people: dict[str, dict[str, list[np.ndarray]]] = defaultdict(lambda: defaultdict(list))
    for corpus, label in CAPTURES.items():
        clips = filmed(sets, folder, corpus)
        if not clips:
            continue
        for name, tracks in _systems_tracks(clips, networks):
            for (_, film), track in zip(clips, tracks, strict=True):
                people[name][film.speaker].append(track.opening)
            found = motion(tracks)
            ends = sum(len(list(_ends(track))) for track in tracks)
            moving.add(
                label, name, found.above_4hz, found.openings, round(found.movement_ms),
                found.jumps, found.pauses, found.smile_asymmetry,
            )  # fmt: skip
            ending.add(label, name, ends, *found.end)
    yield moving
    yield ending
    yield _people_table(sets, networks, people)


def amplitude_spread(openings: Mapping[str, Sequence[np.ndarray]]) -> float:
    """Coefficient of variation over the speakers of their opening's range."""
    ranges = [_range(np.concatenate(own))[1] for own in openings.values()]
    return float(np.std(ranges) / np.mean(ranges)) if len(ranges) > 1 else float("nan")


def _people_table(
    sets: HeldOut,
    networks: Sequence[Network],
    people: Mapping[str, Mapping[str, Sequence[np.ndarray]]],
) -> Table:
    table = Table(
        "Motion: how differently wide people open their mouths",
        ("people", "system", "speakers", "spread of amplitude"),
        "Coefficient of variation over the speakers of the opening's range.",
    )
    for name, openings in people.items():
        table.add("filmed", name, len(openings), amplitude_spread(openings))
    for network in networks:
        heard: dict[str, list[np.ndarray]] = defaultdict(list)
        for utterance in sets.unseen():
            heard[str(utterance.speaker)].append(lip_opening(ARKIT_52, network(utterance)))
        table.add("headline set", network.name, len(heard), amplitude_spread(heard))
    return table


def _systems_tracks(
    clips: Sequence[tuple[Utterance, Film]], networks: Sequence[Network]
) -> Iterator[tuple[str, list[Track]]]:
    voices = [voice_of(u.samples(), u.phones) for u, _ in clips]
    yield "film", [filmed_track(film, v) for (_, film), v in zip(clips, voices, strict=True)]
    systems: dict[str, tuple[System, float]] = {}
    for network in networks:
        systems[network.name] = network, 0.0
        systems[f"{network.name}, as tracked"] = network, _TRACKER_LAG
    if all(u.phones for u, _ in clips):
        systems["teacher with the labels"] = teacher, 0.0
    systems["loudness-driven jaw"] = loudness, 0.0
    for name, (system, lag) in systems.items():
        yield (
            name,
            [track_of(system(u), film, v, lag) for (u, film), v in zip(clips, voices, strict=True)],
        )
