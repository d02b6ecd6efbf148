"""What was measured on filmed faces, brought to the 100 Hz grid of the curves."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from tools.teacher.lip_geometry import width as mouth_width

_RATE = 100

LEADS: dict[str, float] = {"whitehouse": 0.100}
"""Seconds by which a corpus's film runs ahead of its sound, as stated with it."""

MOVING_BROWS = frozenset({"whitehouse"})
"""Corpora in which the speaker's brows move."""

_BROW_HEIGHTS = tuple(f"g_brow_{part}_{side}" for part in ("in", "mid", "out") for side in "LR")

FACEGOOD_CONTROLS: dict[str, tuple[str, ...]] = {
    "jawOpen": ("mouth_stretch_c",),
    "mouthFunnel": (
        "mouth_oh_c", "mouth_funnel_dl", "mouth_funnel_dr", "mouth_funnel_ul", "mouth_funnel_ur",
    ),
    "mouthPucker": ("mouth_oo_c", "mouth_pucker_l", "mouth_pucker_r"),
    "mouthLowerDownLeft": ("mouth_lowerLipDepress_l",),
    "mouthLowerDownRight": ("mouth_lowerLipDepress_r",),
    "mouthUpperUpLeft": ("mouth_upperLipRaise_l",),
    "mouthUpperUpRight": ("mouth_upperLipRaise_r",),
    "mouthSmileLeft": ("mouth_lipCornerPull_l",),
    "mouthSmileRight": ("mouth_lipCornerPull_r",),
    "mouthStretchLeft": ("mouth_lipStretch_l",),
    "mouthStretchRight": ("mouth_lipStretch_r",),
}  # fmt: skip
"""ARKit channel to the rig controls of FACEGOOD that do the same; the strongest one counts."""


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

    The folder holds ``index.jsonl`` with ``id``, ``fps``, and ``motion``, an npz with either
    ``t`` [T] in seconds and geometry ``g_*`` [T], or FACEGOOD's rig controls ``bs`` [T, C] with
    their ``names`` [C]. Raises FileNotFoundError when it is missing.
    """
    index = folder / corpus / "index.jsonl"
    if not index.is_file():
        raise FileNotFoundError(f"There is no {index}; give --capture the folder of the corpora.")
    for line in index.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        with np.load(index.parent / row["motion"], allow_pickle=False) as stored:
            motion = {name: stored[name] for name in stored.files}
        yield row["id"], face_of(motion, float(row["fps"]), corpus)


def face_of(motion: dict[str, np.ndarray], fps: float, corpus: str) -> CapturedFace:
    """The tracks of one recording's arrays (see captured_faces)."""
    if "g_lip_inner" in motion:
        time = motion["t"] + LEADS.get(corpus, 0.0)
        aperture, width = motion["g_lip_inner"], motion["g_mouth_w"]
        brows = None
        if corpus in MOVING_BROWS:
            brows = np.mean([motion[name] for name in _BROW_HEIGHTS], axis=0)
    else:
        channels = facegood_channels(motion["bs"], [str(name) for name in motion["names"]])
        time = np.arange(len(channels)) / fps
        aperture, width = lip_opening(ARKIT_52, channels), mouth_width(channels)
        brows = None
    grid = np.arange(int(time[-1] * _RATE) + 1) / _RATE
    return CapturedFace(
        _on_grid(grid, time, aperture),
        _on_grid(grid, time, width),
        None if brows is None else _on_grid(grid, time, brows),
    )


def facegood_channels(controls: np.ndarray, names: list[str]) -> np.ndarray:
    """ARKit channels [T, 52] of rig controls [T, C]; channels without a control are 0."""
    channels = np.zeros((len(controls), len(ARKIT_52)))
    for channel, sources in FACEGOOD_CONTROLS.items():
        columns = [names.index(source) for source in sources]
        channels[:, ARKIT_52.index(channel)] = controls[:, columns].max(1)
    return np.clip(channels, 0.0, 1.0)


def _on_grid(grid: np.ndarray, time: np.ndarray, track: np.ndarray) -> np.ndarray:
    """The track at the grid's times; nan before its first and after its last known frame."""
    known = np.isfinite(track)
    if not known.any():
        return np.full(len(grid), np.nan)
    return np.interp(grid, time[known], track[known], left=np.nan, right=np.nan)
