"""The articulation score: curves against phone labels, blind to how the curves were made.

All curves are at 100 Hz. Opening is model.lip_seal.lip_opening; rounding is mouthPucker +
mouthFunnel; p95 is the 95th percentile of the system's opening over the whole set. docs/scores.md
says what each figure means. The tables follow the score.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple, dataclass
from math import ceil, floor

import numpy as np
from scipy.stats import mannwhitneyu, spearmanr

from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from tools.data.cache import Utterance

from .expression import EMOTIONS
from .held_out import UNSEEN_ACTORS, HeldOut, kind
from .measures import best_lag, rounding
from .phone_classes import (
    BILABIAL,
    LABIODENTAL,
    OTHER_CLOSURES,
    SILENCE,
    Phones,
    expected_opening,
    height,
    is_open,
    is_rounded,
    is_spread,
    whole_vowels,
)
from .systems import Network, System, from_labels, loudness, teacher, teacher_of_another_sentence
from .tables import Cell, Table

_RATE = 100
_MARGIN = 0.04  # s around a segment in which its closure counts
_SILENCE_EDGE = 0.06  # s at both ends of a silence in which the mouth may still move
_MAX_LAG = 15
_FAST_HZ = 8.0


class MissingPhonesError(ValueError):
    """A set of utterances without a phone of a class that a figure compares."""

    def __init__(self) -> None:
        super().__init__("The set has no phones of one class; use a larger set.")


@dataclass(frozen=True)
class Score:
    """One row of the table; every figure but lag_ms and above_8hz is better when larger."""

    closure_j: float
    lip_specificity: float
    labiodental_j: float
    openness_rho: float
    rounding_auc: float
    silence: float
    correlation: float
    lag_ms: float
    above_8hz: float


FIGURES = (
    "closure J", "lip specificity", "labiodental J", "openness ρ", "rounding AUC", "silence",
    "correlation", "lag ms", ">8 Hz",
)  # fmt: skip
"""Headings of a Score's figures."""
TO_REACH = (0.93, 0.93, 0.85, 0.87, 0.96, 0.99, 0.92, "±10", 0.03)
"""What the project asks of unseen speakers; |lag| and >8 Hz are upper bounds."""

_LARGER_IS_BETTER = 7  # of the figures, the first ones
_HARDEST_BUT_HELD = ("pink noise 10 dB", "babble 10 dB")


def score(items: Sequence[tuple[Phones, np.ndarray]]) -> Score:
    """Scores curves [T, 52] (ARKIT_52 order, 100 Hz) of utterances with their phones.

    Raises MissingPhonesError when the set lacks one of the phone classes that a figure needs.
    """
    openings = [lip_opening(ARKIT_52, values) for _, values in items]
    p95 = float(np.percentile(np.concatenate(openings), 95))
    seen: dict[str, list] = defaultdict(list)
    for (phones, values), opening in zip(items, openings, strict=True):
        _collect(seen, phones, opening, rounding(values))
    correlation, lag = best_lag(
        [
            (opening, expected_opening(phones, len(opening)))
            for (phones, _), opening in zip(items, openings, strict=True)
        ],
        _MAX_LAG,
    )
    return Score(
        closure_j=_informedness(seen["bilabial"], seen["open vowel"], 0.15 * p95),
        lip_specificity=auc(-np.array(seen["sealed"]), -np.array(seen["unsealed"])),
        labiodental_j=_informedness(seen["labiodental"], seen["open vowel"], 0.25 * p95),
        openness_rho=float(spearmanr(seen["height"], seen["opening"]).statistic),
        rounding_auc=auc(seen["rounded"], seen["spread"]),
        silence=_share_below(seen["still"], 0.10 * p95),
        correlation=correlation,
        lag_ms=lag,
        above_8hz=_above_8hz(openings),
    )


def auc(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Probability that a positive exceeds a negative (Mann-Whitney), ties counted half.

    Raises MissingPhonesError when one of them is empty.
    """
    if not len(positive) or not len(negative):
        raise MissingPhonesError
    exceeding = mannwhitneyu(positive, negative, method="asymptotic").statistic
    return float(exceeding / (len(positive) * len(negative)))


def _collect(
    seen: dict[str, list], phones: Phones, opening: np.ndarray, rounded: np.ndarray
) -> None:
    """Adds what the figures compare, by its kind, from one utterance's curves [T]."""
    heights, middles = [], []
    for phone, start, end in whole_vowels(phones):
        middle = round((start + end) / 2 * _RATE)
        if middle >= len(opening):
            continue
        if phone in BILABIAL:
            seen["bilabial"].append(_dip(opening, start, end))
            seen["sealed"].append(_least(opening, start, end))
        elif phone in LABIODENTAL:
            seen["labiodental"].append(_dip(opening, start, end))
        elif phone in OTHER_CLOSURES:
            seen["unsealed"].append(_least(opening, start, end))
        elif phone == SILENCE:
            inner = _rows(start + _SILENCE_EDGE, end - _SILENCE_EDGE, len(opening))
            seen["still"].append(opening[inner])
        if height(phone) is not None:
            heights.append(height(phone))
            middles.append(opening[middle])
        if is_open(phone):
            seen["open vowel"].append(opening[middle])
        if is_rounded(phone):
            seen["rounded"].append(rounded[middle])
        elif is_spread(phone):
            seen["spread"].append(rounded[middle])
    if len(middles) > 2:
        centred = np.array(middles) - np.mean(middles)
        seen["opening"].extend(centred / (centred.std() + 1e-9))
        seen["height"].extend(heights)


def _rows(start: float, end: float, count: int) -> slice:
    """The rows whose time lies in [start, end], at most ``count``."""
    low = min(max(ceil(start * _RATE - 1e-6), 0), count)
    return slice(low, max(min(floor(end * _RATE + 1e-6) + 1, count), low))


def _least(opening: np.ndarray, start: float, end: float) -> float:
    """Least opening within a segment; the nearest row's where it falls between two."""
    part = opening[_rows(start, end, len(opening))]
    return float(part.min() if len(part) else opening[round((start + end) / 2 * _RATE)])


def _dip(opening: np.ndarray, start: float, end: float) -> tuple[float, bool]:
    """Least opening in a segment +-40 ms, and whether it is a local minimum, not an edge."""
    rows = _rows(start - _MARGIN, end + _MARGIN, len(opening))
    where = rows.start + int(np.argmin(opening[rows]))
    around = opening[max(where - 1, 0) : where + 2]
    return float(opening[where]), bool(opening[where] <= around.min() + 1e-6)


def _informedness(
    dips: list[tuple[float, bool]], open_vowels: list[float], threshold: float
) -> float:
    """Share of segments that close (Youden's J: hits) minus share of open vowels that do."""
    if not dips or not open_vowels:
        raise MissingPhonesError
    hits = np.mean([is_dip and low < threshold for low, is_dip in dips])
    return float(hits - np.mean(np.array(open_vowels) < threshold))


def _share_below(parts: list[np.ndarray], threshold: float) -> float:
    frames = np.concatenate(parts) if parts else np.zeros(0)
    return float(np.mean(frames < threshold)) if len(frames) else float("nan")


def _above_8hz(openings: list[np.ndarray]) -> float:
    fast = total = 0.0
    for opening in openings:
        power = np.abs(np.fft.rfft(opening - opening.mean())) ** 2
        frequency = np.fft.rfftfreq(len(opening), 1 / _RATE)
        fast += power[frequency > _FAST_HZ].sum()
        total += power.sum()
    return float(fast / max(total, 1e-12))


def articulation_tables(sets: HeldOut, networks: Sequence[Network]) -> Iterator[Table]:
    """Networks and baselines on the headline set; the first network by groups and corpora."""
    yield systems_table(sets, networks)
    yield from grouped_tables(sets, networks[0])
    yield corpora_table(sets, networks[0])


def systems_table(sets: HeldOut, networks: Sequence[Network]) -> Table:
    """Networks and baselines on the unseen real speakers."""
    utterances = sets.unseen()
    table = Table(
        "Articulation: real speakers never trained on, clean",
        ("system", *FIGURES),
        f"{_extent(utterances)}. Larger is better but for lag and energy above 8 Hz.",
    )
    table.add("to reach", *TO_REACH)
    systems: dict[str, System] = {
        **{network.name: network for network in networks},
        "loudness-driven jaw": loudness,
        "teacher with the labels": teacher,
        "drawn from the labels": from_labels,
        "teacher with another sentence's labels": teacher_of_another_sentence(utterances),
    }
    for name, system in systems.items():
        table.add(name, *figures(utterances, system))
    return table


def conditions_table(sets: HeldOut, network: Network, conditions: Iterable[str]) -> Table:
    """The network under every listening condition."""
    utterances = sets.unseen()
    table = Table(
        "Articulation under conditions: the same speakers",
        ("condition", *FIGURES),
        "The last rows: share of the clean value that is kept, in per cent; 85 is asked for. "
        "Silence in babble counts frames in which only the other voices speak.",
    )
    rows = {}
    for name in conditions:
        rows[name] = figures(utterances, network.under(name))
        table.add(name, *rows[name])
    clean = rows["clean"]
    for name in _HARDEST_BUT_HELD:
        if name in rows:
            kept = [
                _percent(value, whole)
                for value, whole in zip(rows[name][:_LARGER_IS_BETTER], clean, strict=False)
            ]
            table.add(f"kept in {name}, %", *kept, None, None)
    return table


def corpora_table(sets: HeldOut, network: Network) -> Table:
    """The network on each corpus's held-out half, with the teacher beside it."""
    table = Table("Articulation by corpus, clean", ("corpus", "speakers", "system", *FIGURES))
    for name in sets.corpora():
        utterances = sets.labelled([name])
        table.add(name, kind(name), network.name, *figures(utterances, network))
        table.add(name, kind(name), "teacher", *figures(utterances, teacher))
    return table


def grouped_tables(sets: HeldOut, network: Network) -> Iterator[Table]:
    """The network on unseen women and men, on each acted emotion, and on each language, real and
    synthetic voices apart."""
    sexes = {"f": "women", "m": "men"}
    yield _grouped(
        "Articulation by sex: real speakers never trained on, clean",
        "speakers", sets.unseen(), network, lambda u: sexes.get(u.sex),
    )  # fmt: skip
    yield _grouped(
        "Articulation by emotion: Emo-DB's actors never trained on, clean",
        "emotion", sets.labelled([UNSEEN_ACTORS]), network, lambda u: EMOTIONS.get(u.id[5]),
    )  # fmt: skip
    yield _grouped(
        "Articulation by language, clean", "language", sets.labelled(sets.corpora()), network,
        lambda u: f"{u.lang.split('-')[0]}, {kind(u.corpus)}",
    )  # fmt: skip


def figures(utterances: Sequence[Utterance], system: System) -> list[Cell]:
    """One row; dashes where the utterances lack a class of phones."""
    try:
        values = score([(u.phones or [], system(u)) for u in utterances])
    except MissingPhonesError:
        return [None] * len(FIGURES)
    row = list(astuple(values))
    row[7] = round(values.lag_ms)
    return row


def _grouped(
    title: str,
    what: str,
    utterances: Sequence[Utterance],
    system: System,
    group: Callable[[Utterance], str | None],
) -> Table:
    table = Table(title, (what, "utterances", *FIGURES))
    groups: dict[str, list[Utterance]] = defaultdict(list)
    for utterance in utterances:
        name = group(utterance)
        if name:
            groups[name].append(utterance)
    for name, members in sorted(groups.items()):
        table.add(name, len(members), *figures(members, system))
    return table


def _extent(utterances: Sequence[Utterance]) -> str:
    speakers = sorted({str(u.speaker) for u in utterances})
    minutes = sum(u.seconds for u in utterances) / 60
    return f"{len(utterances)} utterances, {minutes:.1f} min, speakers {', '.join(speakers)}"


def _percent(value: Cell, whole: Cell) -> Cell:
    if value is None or whole is None or not (np.isfinite(value) and whole > 0):
        return None
    return round(100 * value / whole)
