"""The expression score: does an excited voice move more of the face than a flat one?

Emo-DB's actors speak the same ten sentences in seven emotions. A file's name carries actor, text
and emotion: 03a01Fa is actor 03, text a01, emotion F.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from tools.data.cache import Utterance
from tools.teacher.prosody import prosody

from .capture import MOVING_BROWS, face_of, filmed
from .held_out import HeldOut
from .measures import best_lag, brow_departure, brow_raise, cheek_raise, column, whole_lag
from .phone_classes import Phones, speech_frames
from .systems import Network, System, teacher, teacher_of_actors
from .tables import Table

EXCITED, FLAT = frozenset("WF"), frozenset("LT")
EMOTIONS = {
    "W": "anger", "L": "boredom", "E": "disgust", "A": "fear", "F": "happiness",
    "T": "sadness", "N": "neutral",
}  # fmt: skip

_MOST_LAG = 15
_SPEAKING = 0.9  # of a frame's speech probability
_RESAMPLES = 2000
_PAIRS_FOR_INTERVAL = 6


@dataclass(frozen=True)
class Performance:
    """One recording of an acted sentence.

    Attributes:
        actor: two digits.
        text: the sentence's code, such as a01.
        emotion: a letter of EMOTIONS.
        phones: the phones spoken.
        values: a system's channels [T, 52] at 100 Hz.
    """

    actor: str
    text: str
    emotion: str
    phones: Phones
    values: np.ndarray


Measure = Callable[[np.ndarray, np.ndarray], float]
"""From the frames [T, 52] in which there is speech, and the face at rest [52], to one figure."""

MEASURES: dict[str, Measure] = {
    "opening, 90th percentile": lambda values, _: np.percentile(lip_opening(ARKIT_52, values), 90),
    "jawOpen, 90th percentile": lambda values, _: np.percentile(column(values, "jawOpen"), 90),
    "brow movement": lambda values, rest: brow_departure(values, rest).mean(),
    "brow range, 5th to 95th": lambda values, _: _range(brow_raise(values)),
    "cheek raise": lambda values, _: cheek_raise(values).mean(),
}


@dataclass(frozen=True)
class Effect:
    """How much larger the first of two paired measurements is.

    Attributes:
        d: mean difference over the root mean square of both groups' standard deviations (d_av of
            D. Lakens 2013): how far apart two recordings are, on the scale on which they vary.
        d_z: mean difference over the standard deviation of the differences: how reliably the
            difference shows within a pair.
        low, high: 95 % bootstrap interval of d over the pairs; nan for fewer than six.
        pairs: number of pairs.
    """

    d: float
    d_z: float
    low: float
    high: float
    pairs: int


def excitement(performances: Sequence[Performance], measure: Measure) -> Effect:
    """Effect of anger and happiness over boredom and sadness on one measure.

    A pair is one actor's one sentence: the mean over its excited recordings against the mean
    over its flat ones. Sentences that lack either are left out.
    """
    rest = resting_face(performances)
    found: dict[tuple[str, str], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for performance in performances:
        if performance.emotion in EXCITED | FLAT:
            values = performance.values
            spoken = values[speech_frames(performance.phones, len(values))]
            if len(spoken):
                flat, excited = found[performance.actor, performance.text]
                (excited if performance.emotion in EXCITED else flat).append(
                    float(measure(spoken, rest))
                )
    pairs = [
        (np.mean(excited), np.mean(flat))
        for _, (flat, excited) in sorted(found.items())
        if flat and excited
    ]
    more, less = np.array(pairs).reshape(-1, 2).T
    return paired_effect(more, less)


def paired_effect(more: np.ndarray, less: np.ndarray) -> Effect:
    """Effect of [P] over [P], value i of both being a pair; nan for fewer than three pairs."""
    more, less = np.asarray(more, float), np.asarray(less, float)
    count = len(more)
    if count < 3:
        return Effect(*[float("nan")] * 4, count)
    low = high = float("nan")
    if count >= _PAIRS_FOR_INTERVAL:
        drawn = np.random.default_rng(0).integers(count, size=(_RESAMPLES, count))
        resampled = _d_average(more[drawn], less[drawn])
        low, high = np.percentile(resampled[np.isfinite(resampled)], (2.5, 97.5))
    difference = more - less
    d = float(_d_average(more[None], less[None])[0])
    d_z = float(_ratio(difference.mean(), difference.std(ddof=1)))
    return Effect(d, d_z, float(low), float(high), count)


def resting_face(performances: Sequence[Performance]) -> np.ndarray:
    """Median of each channel [52] over the labelled silences; zeros where there are none."""
    silent = [p.values[speech_frames(p.phones, len(p.values), True)] for p in performances]
    frames = np.concatenate(silent) if silent else np.zeros((0, len(ARKIT_52)))
    return np.median(frames, axis=0) if len(frames) else np.zeros(len(ARKIT_52))


def pitch_following(
    tracks: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray | None]],
) -> tuple[float, float, float]:
    """Does the brow rise with the pitch accents?

    Args:
        tracks: for each utterance the brow raise [T] at 100 Hz, its samples [N], and whether
            each frame is speech [T] (None: judged by the voice's level).

    Returns:
        Mean correlation of brow raise with pitch in semitones over the frames of speech, at no
        lag; the same at the best lag; and that lag in ms (positive: brows late).
    """
    pairs = []
    for brow, samples, speech in tracks:
        voice = prosody(samples)
        count = min(len(brow), len(voice.semitones))
        speaking = voice.speech[:count] > _SPEAKING if speech is None else speech[:count]
        pitch = np.where(speaking, voice.semitones[:count], np.nan)
        pairs.append((np.asarray(brow[:count], float), pitch))
    unshifted, _ = best_lag(pairs, 0)
    best, lag = best_lag(pairs, _MOST_LAG)
    return unshifted, best, lag


def _range(track: np.ndarray) -> float:
    return float(np.percentile(track, 95)) - float(np.percentile(track, 5))


def _d_average(more: np.ndarray, less: np.ndarray) -> np.ndarray:
    """d [R] of R samples of pairs, [R, P] each."""
    spread = np.sqrt((more.var(1, ddof=1) + less.var(1, ddof=1)) / 2)
    return _ratio((more - less).mean(1), spread)


def _ratio(difference: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """Difference over spread; without spread 0 where nothing differs, infinite where it does."""
    difference, spread = np.asarray(difference, float), np.asarray(spread, float)
    still = spread < 1e-12
    ratio = difference / np.where(still, 1.0, spread)
    endless = np.where(np.abs(difference) < 1e-12, 0.0, np.copysign(np.inf, difference))
    return np.where(still, endless, ratio)


def excitement_table(sets: HeldOut, networks: Sequence[Network]) -> Table:
    """How much more anger and happiness move than boredom and sadness."""
    table = Table(
        "Expression: anger and happiness over boredom and sadness",
        ("system", "measure", "Cohen's d", "95 % from", "to", "d of differences",
         "pairs"),
        "Same actor, same sentence (Emo-DB, actors never trained on). To reach: d 0.8 for jaw and "
        "brows.",
    )  # fmt: skip
    utterances = sets.actors()
    systems: dict[str, System] = {network.name: network for network in networks}
    systems["teacher with the labels"] = teacher_of_actors(utterances)
    for name, system in systems.items():
        performances = [
            Performance(u.id[:2], u.id[2:5], u.id[5], u.phones or [], system(u)) for u in utterances
        ]
        for measure, function in MEASURES.items():
            effect = excitement(performances, function)
            table.add(
                name, measure, effect.d, effect.low, effect.high, effect.d_z, effect.pairs
            )  # fmt: skip
    return table


def pitch_table(sets: HeldOut, networks: Sequence[Network], folder: Path | None) -> Table:
    """Whether brows rise with the voice's pitch, in curves and in filmed faces."""
    table = Table(
        "Expression: correlation of brow raise with pitch in speech",
        ("brows", "speech", "correlation", "at the best lag", "lag ms"),
        "Pitch in semitones as tools/teacher/prosody.py hears it, which also drives the teacher.",
    )
    utterances = sets.actors()
    for network in networks:
        _add_pitch(table, network.name, "Emo-DB, actors never trained on", utterances, network)
    _add_pitch(
        table, "teacher with the labels", "Emo-DB, actors never trained on", utterances, teacher
    )
    for corpus in sorted(MOVING_BROWS):
        clips = filmed(sets, folder, corpus) if folder else []
        if not clips:
            continue
        for network in networks:
            _add_pitch(table, network.name, corpus, [u for u, _ in clips], network)
        tracks = [(face_of(film).brows, u.samples(), None) for u, film in clips]
        table.add("as filmed", corpus, *_rounded(pitch_following(tracks)))
    return table


def _add_pitch(
    table: Table, name: str, speech: str, utterances: Sequence[Utterance], system: System
) -> None:
    tracks = []
    for utterance in utterances:
        values = system(utterance)
        speaking = speech_frames(utterance.phones, len(values)) if utterance.phones else None
        tracks.append((brow_raise(values), utterance.samples(), speaking))
    table.add(name, speech, *_rounded(pitch_following(tracks)))


def _rounded(found: tuple[float, float, float]) -> tuple[float, float, int | None]:
    unshifted, best, lag = found
    return unshifted, best, whole_lag(best, lag)
