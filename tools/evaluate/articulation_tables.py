"""The tables of the articulation score, and its closures by place and neighbours."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple

import numpy as np

from tools.data.cache import Utterance

from .articulation import (
    BESIDE_REDUCED,
    CONTACTS,
    FIGURES,
    LARGER_IS_BETTER,
    PLACES,
    TO_REACH,
    MissingPhonesError,
    hits_by_place,
    score,
)
from .conditions import CLEAN
from .held_out import HeldOut
from .systems import Network, System, from_labels, loudness, teacher, teacher_of_another_sentence
from .tables import Cell, Table

HARDEST_BUT_HELD = ("white noise 10 dB", "babble 10 dB")


def articulation_tables(sets: HeldOut, networks: Sequence[Network]) -> Iterator[Table]:
    """Networks and baselines on the headline set; the first network by groups and corpora."""
    yield systems_table(sets, networks)
    yield closures_table(sets, networks)
    yield sex_table(sets, networks[0])
    yield corpora_table(sets, networks[0])
    yield language_table(sets, networks[0])


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


def conditions_table(
    sets: HeldOut, networks: Sequence[Network], conditions: Iterable[str]
) -> Table:
    """The first network under every listening condition; of all what noise takes."""
    utterances = sets.unseen()
    table = Table(
        "Articulation under conditions: the same speakers",
        ("system", "condition", *FIGURES),
        "The rows of losses: per cent of the clean value, at most 15 are asked for. Rest and "
        "pauses in babble count frames in which only the other voices speak.",
    )
    for network in networks:
        asked = conditions if network is networks[0] else (CLEAN, *HARDEST_BUT_HELD)
        rows = {name: figures(utterances, network.under(name)) for name in asked}
        for name, row in rows.items():
            table.add(network.name, name, *row)
        for name in HARDEST_BUT_HELD:
            if name in rows:
                lost = losses(rows[name], rows[CLEAN])
                table.add(network.name, f"lost in {name}, %", *lost)
    return table


def losses(row: Sequence[Cell], clean: Sequence[Cell]) -> list[Cell]:
    """Per cent of the clean figures that a condition takes; dashes where less is not worse."""
    lost: list[Cell] = [
        round(100 * (1 - value / whole))
        if value is not None and whole is not None and np.isfinite(value) and whole > 0
        else None
        for value, whole in zip(row[:LARGER_IS_BETTER], clean, strict=False)
    ]
    return lost + [None] * (len(FIGURES) - LARGER_IS_BETTER)


def closures_table(sets: HeldOut, networks: Sequence[Network]) -> Table:
    """Share of the lips' contacts that are made, by the place of the consonant."""
    utterances = sets.all_unseen()
    table = Table(
        "Contacts by place: all real speakers never trained on, clean",
        ("phones", "place", "number", *(network.name for network in networks), "teacher"),
        "Share of p b and m that close and of f v that touch the teeth.",
    )
    found = [
        hits_by_place([(u.phones or [], system(u)) for u in utterances])
        for system in (*networks, teacher)
    ]
    for phones in CONTACTS:
        for place in (*PLACES, BESIDE_REDUCED):
            hits = [each[phones, place] for each in found]
            if hits[0]:
                table.add(phones, place, len(hits[0]), *(float(np.mean(each)) for each in hits))
    return table


def corpora_table(sets: HeldOut, network: Network) -> Table:
    """The network on each corpus's held-out half, with the teacher beside it."""
    table = Table("Articulation by corpus, clean", ("corpus", "speakers", "system", *FIGURES))
    for name in sets.corpora():
        utterances = sets.labelled([name])
        table.add(name, sets.kind(name), network.name, *figures(utterances, network))
        table.add(name, sets.kind(name), "teacher", *figures(utterances, teacher))
    return table


def sex_table(sets: HeldOut, network: Network) -> Table:
    """The network on women and men never trained on, and the difference."""
    table = Table(
        "Articulation by sex: real speakers never trained on, clean",
        ("set", "speakers", "utterances", *FIGURES),
        "Closure J of both is to agree within 0.03.",
    )
    sets_by_name = {"headline": sets.unseen(), "all": sets.all_unseen()}
    for name, utterances in sets_by_name.items():
        rows = []
        for sex, who in (("f", "women"), ("m", "men")):
            own = [u for u in utterances if u.sex == sex]
            if own:
                rows.append(figures(own, network))
                table.add(name, who, len(own), *rows[-1])
        if len(rows) == 2:
            gap = [None if None in pair else pair[0] - pair[1] for pair in zip(*rows, strict=True)]
            table.add(name, "women minus men", None, *gap)
    return table


def language_table(sets: HeldOut, network: Network) -> Table:
    """The network on each language, by how new the speakers are."""
    table = Table("Articulation by language, clean", ("language", "utterances", *FIGURES))
    groups: dict[str, list[Utterance]] = defaultdict(list)
    for utterance in sets.labelled(sets.corpora()):
        language = utterance.lang.split("-")[0]
        groups[f"{language}, {sets.kind(utterance.corpus)}"].append(utterance)
    for name, members in sorted(groups.items()):
        table.add(name, len(members), *figures(members, network))
    return table


def figures(utterances: Sequence[Utterance], system: System) -> list[Cell]:
    """One row; dashes where the utterances lack a class of phones."""
    try:
        values = score([(u.phones or [], system(u)) for u in utterances])
    except MissingPhonesError:
        return [None] * len(FIGURES)
    row = list(astuple(values))
    row[FIGURES.index("lag ms")] = round(values.lag_ms)
    return row


def _extent(utterances: Sequence[Utterance]) -> str:
    speakers = len({(u.corpus, u.speaker) for u in utterances})
    corpora = ", ".join(sorted({u.corpus for u in utterances}))
    minutes = sum(u.seconds for u in utterances) / 60
    return f"{len(utterances)} utterances, {minutes:.1f} min, {speakers} speakers of {corpora}"
