"""The capture score: predicted lips and brows against those of filmed speakers."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from tools.teacher.lip_geometry import width as mouth_width

from .held_out import HeldOut
from .measures import RATE, best_lag, brow_raise, mean_correlation, whole_lag
from .phone_classes import Phones, speech_frames
from .systems import Network, System, loudness, teacher
from .tables import Table

_MAX_LAG = 15  # frames

LEADS: dict[str, float] = {"whitehouse": 0.100}
"""Seconds by which a corpus's film runs ahead of its sound, as stated with it."""

MOVING_BROWS = frozenset({"whitehouse"})
"""Corpora in which the speaker's brows move."""

_BROW_HEIGHTS = tuple(f"g_brow_{part}_{side}" for part in ("in", "mid", "out") for side in "LR")

CAPTURES = {
    "grid_s26": "GRID s26, never trained on",
    "whitehouse": "White House address, never trained on",
    "grid_s1": "GRID s1, other sentences of a trained speaker",
}
"""Captured corpora in the order of the table."""


@dataclass(frozen=True)
class CapturedFace:
    """Measured tracks [T] at 100 Hz; only their course counts, not their unit.

    Attributes:
        aperture: inner-lip aperture.
        width: distance of the mouth corners.
        brows: height of the brows over the eyes, None where they do not move.
    """

    aperture: np.ndarray
    width: np.ndarray
    brows: np.ndarray | None


def captured_faces(folder: Path, corpus: str) -> Iterator[tuple[str, CapturedFace]]:
    """Id and face of each recording of ``folder/corpus``.

    The folder holds ``index.jsonl`` with ``id`` and ``motion``, an npz with ``t`` [T] in seconds
    and geometry ``g_*`` [T]. Raises FileNotFoundError when it is missing.
    """
    index = folder / corpus / "index.jsonl"
    if not index.is_file():
        raise FileNotFoundError(f"There is no {index}; give --capture the folder of the corpora.")
    for line in index.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        with np.load(index.parent / row["motion"], allow_pickle=False) as stored:
            motion = {name: stored[name] for name in stored.files}
        yield row["id"], face_of(motion, corpus)


def face_of(motion: dict[str, np.ndarray], corpus: str) -> CapturedFace:
    """The tracks of one recording's arrays (see captured_faces)."""
    time = motion["t"] + LEADS.get(corpus, 0.0)
    grid = np.arange(int(time[-1] * RATE) + 1) / RATE
    brows = None
    if corpus in MOVING_BROWS:
        heights = np.mean([motion[name] for name in _BROW_HEIGHTS], axis=0)
        brows = _on_grid(grid, time, heights)
    aperture, width = (_on_grid(grid, time, motion[name]) for name in ("g_lip_inner", "g_mouth_w"))
    return CapturedFace(aperture, width, brows)


def _on_grid(grid: np.ndarray, time: np.ndarray, track: np.ndarray) -> np.ndarray:
    """The track at the grid's times; nan before its first and after its last known frame."""
    known = np.isfinite(track)
    if not known.any():
        return np.full(len(grid), np.nan)
    return np.interp(grid, time[known], track[known], left=np.nan, right=np.nan)


@dataclass(frozen=True)
class CaptureScore:
    """Means over the utterances of Pearson's correlation; nan where nothing was measured.

    Attributes:
        aperture: lip opening with inner-lip aperture, at the best common lag.
        aperture_lag_ms: that lag, positive when the curves are late.
        speech_aperture: the same at the same lag, in the frames of speech alone: a speaker's
            lips may hang open in silence.
        width: mouth width with the distance of the corners, at the best common lag.
        width_lag_ms: that lag.
        brows: brow raise with brow height at the lag of the aperture, as slow movements fit
            somewhere by chance.
    """

    aperture: float
    aperture_lag_ms: float
    speech_aperture: float
    width: float
    width_lag_ms: float
    brows: float


def capture_score(items: Iterable[tuple[CapturedFace, np.ndarray, Phones | None]]) -> CaptureScore:
    """Scores curves [T, 52] (ARKIT_52 order, 100 Hz) against the face that was filmed with the
    sound; of each utterance the face, the curves and the phones, None where they are not known."""
    apertures, in_speech, widths, brows = [], [], [], []
    for face, values, phones in items:
        opening = lip_opening(ARKIT_52, values)
        apertures.append((opening, face.aperture))
        widths.append((mouth_width(values), face.width))
        if phones:
            spoken = speech_frames(phones, len(values))
            in_speech.append((np.where(spoken, opening, np.nan), face.aperture))
        if face.brows is not None:
            brows.append((brow_raise(values), face.brows))
    aperture, lag_ms = best_lag(apertures, _MAX_LAG)
    lag = round(lag_ms * RATE / 1000)
    return CaptureScore(
        aperture,
        lag_ms,
        mean_correlation(in_speech, lag),
        *best_lag(widths, _MAX_LAG),
        mean_correlation(brows, lag),
    )


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
            found = capture_score((faces[u.id], system(u), u.phones) for u in utterances)
            table.add(
                label, len(utterances), name, found.aperture,
                whole_lag(found.aperture, found.aperture_lag_ms), found.speech_aperture,
                found.width, whole_lag(found.width, found.width_lag_ms), found.brows,
            )  # fmt: skip
    return table
