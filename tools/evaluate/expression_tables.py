"""The expression score's tables."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from tools.data.cache import Utterance

from .captured_face import MOVING_BROWS, captured_faces
from .expression import MEASURES, Performance, excitement, pitch_following, speech_frames
from .face_measures import brow_raise
from .held_out import HeldOut, spans
from .systems import Network, System, teacher, teacher_of_actors
from .tables import Table


def excitement_table(sets: HeldOut, networks: Sequence[Network]) -> Table:
    """How much more anger and happiness move than boredom and sadness."""
    table = Table(
        "Expression: anger and happiness over boredom and sadness",
        ("system", "actors", "measure", "Cohen's d", "95 % from", "to", "d of differences",
         "pairs"),
        "Same actor, same sentence (Emo-DB, actors never trained on). To reach: d 0.8 for jaw and "
        "brows.",
    )  # fmt: skip
    utterances = sets.actors()
    systems: dict[str, System] = {network.name: network for network in networks}
    systems["teacher with the labels"] = teacher_of_actors(utterances)
    for name, system in systems.items():
        performances = [Performance(u.id, spans(u), system(u)) for u in utterances]
        for measure, function in MEASURES.items():
            _add(table, name, "all", measure, performances, function)
        if isinstance(system, Network):
            for actor in sorted({one.actor for one in performances}):
                own = [one for one in performances if one.actor == actor]
                for measure in ("opening, 90th percentile", "brow movement"):
                    _add(table, name, actor, measure, own, MEASURES[measure])
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
        filmed = sets.captured(corpus)
        if folder is None or not filmed:
            continue
        faces = dict(captured_faces(folder, corpus))
        for network in networks:
            _add_pitch(table, network.name, corpus, filmed, network)
        table.add(
            "as filmed", corpus,
            *_rounded(pitch_following([(faces[u.id].brows, u.samples(), None) for u in filmed])),
        )  # fmt: skip
    return table


def _add(table: Table, name: str, actors: str, measure: str, performances, function) -> None:
    effect = excitement(performances, function)
    table.add(
        name, actors, measure, effect.d, effect.low, effect.high, effect.d_z, effect.pairs
    )  # fmt: skip


def _add_pitch(
    table: Table, name: str, speech: str, utterances: Sequence[Utterance], system: System
) -> None:
    tracks = []
    for utterance in utterances:
        values = system(utterance)
        speaking = speech_frames(spans(utterance), len(values)) if utterance.phones else None
        tracks.append((brow_raise(values), utterance.samples(), speaking))
    table.add(name, speech, *_rounded(pitch_following(tracks)))


def _rounded(found: tuple[float, float, float]) -> tuple[float, float, int | None]:
    at_once, best, lag = found
    return at_once, best, round(lag) if np.isfinite(best) else None
