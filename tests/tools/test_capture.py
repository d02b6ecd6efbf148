"""The capture score on faces that were made up."""

import numpy as np
import pytest

from model.channels import ARKIT_52
from tools.evaluate.capture import CapturedFace, capture_score, face_of, films
from tools.evaluate.measures import brow_raise
from tools.teacher.lip_geometry import width

TIME = np.arange(400) / 100


def curves(**channels) -> np.ndarray:
    values = np.zeros((400, 52), np.float32)
    for name, track in channels.items():
        values[:, ARKIT_52.index(name)] = track
    return values


JAW = 0.3 + 0.2 * np.sin(2 * np.pi * 1.1 * TIME)
PUCKER = 0.4 + 0.3 * np.sin(2 * np.pi * 0.7 * TIME)


@pytest.mark.parametrize(
    ("name", "widens"),
    [("mouthSmileLeft", True), ("mouthStretchRight", True), ("mouthPucker", False),
     ("mouthFunnel", False), ("jawOpen", False)],
)  # fmt: skip
def test_shape_widens_or_narrows_mouth(name: str, widens: bool) -> None:
    assert (width(curves(**{name: 1.0}))[0] > 0) == widens


def test_brow_raise_has_both_signs() -> None:
    assert brow_raise(curves(browInnerUp=1.0))[0] == pytest.approx(0.5)
    assert brow_raise(curves(browDownLeft=1.0, browDownRight=1.0))[0] == pytest.approx(-1)


def test_each_curve_is_compared_with_its_own_track() -> None:
    face = CapturedFace(aperture=np.roll(JAW, -4), width=1 - 0.3 * PUCKER, brows=None)
    found = capture_score([(face, curves(jawOpen=JAW, mouthPucker=PUCKER), None)])
    assert found.aperture == pytest.approx(1, abs=0.02)
    assert found.aperture_lag_ms == 40
    assert found.width > 0.9
    assert np.isnan(found.brows)
    crossed = CapturedFace(aperture=PUCKER, width=JAW, brows=None)
    moved = curves(jawOpen=JAW, mouthPucker=PUCKER)
    assert capture_score([(crossed, moved, None)]).aperture < 0.5


def test_lips_open_in_silence_do_not_count_against_speech() -> None:
    speech = TIME < 2
    face = CapturedFace(aperture=np.where(speech, JAW, 0.4), width=JAW, brows=None)
    shut = curves(jawOpen=np.where(speech, JAW, 0.0))
    found = capture_score([(face, shut, [("a", 0.0, 2.0)])])
    assert found.speech_aperture == pytest.approx(1, abs=0.01)
    assert found.aperture < 0.9
    assert np.isnan(capture_score([(face, shut, None)]).speech_aperture)


def test_brows_are_compared_at_lag_of_lips() -> None:
    face = CapturedFace(aperture=JAW, width=PUCKER, brows=np.roll(PUCKER, -12))
    found = capture_score([(face, curves(jawOpen=JAW, browInnerUp=PUCKER), None)])
    assert found.brows == pytest.approx(np.corrcoef(PUCKER, np.roll(PUCKER, -12))[0, 1], abs=0.01)


@pytest.mark.parametrize(("corpus", "lead"), [("whitehouse", 0.1), ("grid_s26", 0.0)])
def test_stated_lead_is_taken_off_and_brows_are_read_where_they_move(
    tmp_path, corpus: str, lead: float
) -> None:
    film = np.arange(100) / 25
    motion = {"t": film, "g_lip_inner": np.sin(film), "g_mouth_w": np.cos(film)}
    motion |= {f"g_brow_{p}_{s}": film for p in ("in", "mid", "out") for s in "LR"}
    (tmp_path / corpus).mkdir()
    np.savez(tmp_path / corpus / "a.npz", **motion)
    row = '{"id": "a", "file": "a.opus", "motion": "a.npz"}'
    (tmp_path / corpus / "index.jsonl").write_text(row, encoding="utf-8")
    face = face_of(films(tmp_path, corpus)[0])
    assert face.aperture[round(100 * (1 + lead))] == pytest.approx(np.sin(1.0), abs=1e-3)
    assert np.isnan(face.aperture[5]) == (lead > 0)
    assert (face.brows is not None) == (corpus == "whitehouse")
