"""The capture score: predicted lips and brows against those of filmed speakers."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.audio_file import read_audio
from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from tools.data.cache import Utterance
from tools.teacher.lip_geometry import width as mouth_width

from .held_out import HeldOut
from .measures import RATE, best_lag, brow_raise, mean_correlation, whole_lag
from .phone_classes import Phones, speech_frames
from .systems import Network, System, loudness, teacher
from .tables import Table

_MAX_LAG = 15  # frames

_LEADS: dict[str, float] = {"whitehouse": 0.100}
"""Seconds by which a corpus's film runs ahead of its sound, as stated with it."""

MOVING_BROWS = frozenset({"whitehouse", "whitehouse_more"})
"""Corpora in which the speaker's brows move."""

_BROW_HEIGHTS = tuple(f"g_brow_{part}_{side}" for part in ("in", "mid", "out") for side in "LR")
_SMILES = ("mouthSmileLeft", "mouthSmileRight")
_SPEAKERS = {"whitehouse": "obama"}

CAPTURES = {
    "grid_s26": "GRID s26, never trained on",
    "grid_s1": "GRID s1, other sentences of a trained speaker",
    "whitehouse": "White House address, never trained on",
    "whitehouse_more": "four more addresses of two presidents, never trained on",
}
"""Captured corpora in the order of the tables."""


@dataclass(frozen=True)
class Film:
    """What was measured in a film's frames.

    Attributes:
        name: of the recording.
        speaker: who was filmed.
        sound: the file of its sound.
        time: of each frame on the sound's clock in s, [N].
        aperture: inner-lip aperture over the distance of the outer eye corners [N].
        width: distance of the mouth corners over the same [N].
        brows: height of the brows over the eyes [N], None where they do not move.
        smiles: scores of the left and the right smile [2, N], None where not measured.
    """

    name: str
    speaker: str
    sound: Path
    time: np.ndarray
    aperture: np.ndarray
    width: np.ndarray
    brows: np.ndarray | None
    smiles: np.ndarray | None


def films(folder: Path, corpus: str) -> list[Film]:
    """The films of ``folder/corpus``.

    The folder holds ``index.jsonl`` with ``id``, ``file`` and ``motion``, an npz with ``t`` [N] in
    seconds and geometry ``g_*`` [N], maybe ``film_leads_sound_ms``. Raises FileNotFoundError when
    it is missing.
    """
    index = folder / corpus / "index.jsonl"
    if not index.is_file():
        raise FileNotFoundError(f"There is no {index}; give --capture the folder of the corpora.")
    found = []
    for line in index.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        with np.load(index.parent / row["motion"], allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        found.append(_film(row, arrays, index.parent, corpus))
    return found


def _film(row: dict, arrays: dict[str, np.ndarray], folder: Path, corpus: str) -> Film:
    lead = row.get("film_leads_sound_ms", 1000 * _LEADS.get(corpus, 0.0)) / 1000
    time = np.asarray(arrays["t"], float)
    known = np.isfinite(arrays["g_lip_inner"]) & np.isfinite(arrays["g_mouth_w"])
    aperture, width = (
        np.interp(time, time[known], arrays[name][known]) for name in ("g_lip_inner", "g_mouth_w")
    )
    brows = smiles = None
    if corpus in MOVING_BROWS:
        brows = np.mean([arrays[name] for name in _BROW_HEIGHTS], axis=0)
    names = list(arrays.get("names", ()))
    if set(_SMILES) <= set(names):
        smiles = np.stack([arrays["bs"][:, names.index(name)] for name in _SMILES]).astype(float)
    return Film(
        row["id"], row.get("speaker") or _SPEAKERS.get(corpus, corpus), folder / row["file"],
        time + lead, aperture, width, brows, smiles,
    )  # fmt: skip


@dataclass(frozen=True)
class _SoundOfFilm(Utterance):
    """The sound of a film that is in no cache."""

    def samples(self) -> np.ndarray:
        return read_audio(self.audio)


def filmed(sets: HeldOut, folder: Path, corpus: str) -> list[tuple[Utterance, Film]]:
    """Held-out utterances of a captured corpus, each with its film.

    A corpus that the cache does not hold at all is read from the folder: nothing was trained on it.
    """
    if corpus not in sets.names:
        stored = films(folder, corpus) if (folder / corpus).is_dir() else []
        return [(_sound_of(film, corpus), film) for film in stored]
    by_name = {film.name: film for film in films(folder, corpus)}
    return [(u, by_name[u.id]) for u in sets.captured(corpus)]


def _sound_of(film: Film, corpus: str) -> Utterance:
    length = len(read_audio(film.sound))
    return _SoundOfFilm(
        film.name, corpus, film.speaker, "", None, 0, length, None, "test", None, film.sound
    )


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


def face_of(film: Film) -> CapturedFace:
    """A film's tracks at 100 Hz."""
    grid = np.arange(int(film.time[-1] * RATE) + 1) / RATE
    aperture, width = (_on_grid(grid, film.time, track) for track in (film.aperture, film.width))
    brows = None if film.brows is None else _on_grid(grid, film.time, film.brows)
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
        "speakers never trained on: aperture 0.76 in GRID, 0.54 in the wild, width 0.56 in both. "
        "The stated times by which the films of addresses run ahead are taken off.",
    )  # fmt: skip
    for corpus, label in CAPTURES.items():
        clips = filmed(sets, folder, corpus)
        if not clips:
            continue
        systems: dict[str, System] = {network.name: network for network in networks}
        systems["loudness-driven jaw"] = loudness
        if all(u.phones for u, _ in clips):
            systems["teacher with the labels"] = teacher
        for name, system in systems.items():
            found = capture_score((face_of(film), system(u), u.phones) for u, film in clips)
            table.add(
                label, len(clips), name, found.aperture,
                whole_lag(found.aperture, found.aperture_lag_ms), found.speech_aperture,
                found.width, whole_lag(found.width, found.width_lag_ms), found.brows,
            )  # fmt: skip
    return table
