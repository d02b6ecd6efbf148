"""The capture score's table."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tools.data.cache import Utterance

from .capture import Compared, capture_score
from .captured_face import CapturedFace, captured_faces
from .expression import speech_frames
from .held_out import HeldOut, spans
from .systems import Network, System, loudness, teacher
from .tables import Cell, Table

CAPTURES = {
    "grid_s26": "GRID s26, never trained on",
    "whitehouse": "White House address, never trained on",
    "facegood": "FACEGOOD, clips never trained on",
    "grid_s1": "GRID s1, other sentences of a trained speaker",
}
"""Captured corpora in the order of the table."""


def capture_table(sets: HeldOut, folder: Path, networks: Sequence[Network]) -> Table:
    """Networks, loudness and (where phones are known) the teacher on every captured speaker."""
    table = Table(
        "Captured faces: correlation with what was filmed",
        (
            "speaker", "utterances", "system", "lip aperture", "aperture lag ms",
            "aperture in speech", "mouth width", "width lag ms", "brows",
        ),
        "Means over the utterances at the best common lag (positive: curves late), brows and "
        "aperture in speech at the lag of the aperture. To reach on "
        "speakers never trained on: aperture 0.72 and width 0.50 in GRID, aperture 0.48 in the "
        "wild. The stated 100 ms by which the White House film runs ahead are taken off.",
    )  # fmt: skip
    for corpus, label in CAPTURES.items():
        utterances = sets.captured(corpus)
        if not utterances:
            continue
        faces = dict(captured_faces(folder, corpus))
        systems: dict[str, System] = {network.name: network for network in networks}
        systems["loudness-driven jaw"] = loudness
        if all(u.phones for u in utterances):
            systems["teacher with the labels"] = teacher
        for name, system in systems.items():
            table.add(label, len(utterances), name, *_row(utterances, faces, system))
    return table


def _row(
    utterances: Sequence[Utterance], faces: Mapping[str, CapturedFace], system: System
) -> list[Cell]:
    items = []
    for utterance in utterances:
        values = system(utterance)
        spoken = speech_frames(spans(utterance), len(values)) if utterance.phones else None
        items.append(Compared(faces[utterance.id], values, spoken))
    found = capture_score(items)
    return [
        found.aperture, _lag(found.aperture, found.aperture_lag_ms), found.speech_aperture,
        found.width, _lag(found.width, found.width_lag_ms), found.brows,
    ]  # fmt: skip


def _lag(correlation: float, lag_ms: float) -> Cell:
    return round(lag_ms) if np.isfinite(correlation) else None
