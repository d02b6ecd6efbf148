"""Files of curves: they round-trip, and damaged ones are refused in a sentence."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model.channels import ARKIT_52
from model.curve_files import FORMATS, CurvesFileError, live_link, read, write
from model.curves import Curves
from tools.actor.tracks import read_live_link


def speech(rows: int, rate: float) -> Curves:
    values = np.random.default_rng(rows).random((rows, 52)).astype(np.float32)
    return Curves(ARKIT_52, rate, values)


def path_for(folder: Path, form: str) -> Path:
    return folder / f"curves.{'csv' if form == 'livelink' else form}"


@pytest.mark.parametrize("form", FORMATS)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.integers(2, 130), rate=st.sampled_from([23.976, 24, 25, 29.97, 30, 50, 60, 100]))
def test_every_format_round_trips(form: str, rows: int, rate: float, tmp_path: Path) -> None:
    curves = speech(rows, rate)
    path = path_for(tmp_path, form)
    write(path, curves, form)
    back = read(path)
    assert set(back.names) == set(ARKIT_52)
    assert back.rate == pytest.approx(rate, rel=1e-3)
    assert back.values.dtype == np.float32
    for name in ARKIT_52:
        np.testing.assert_allclose(back.column(name), curves.column(name), atol=1e-6)


def test_live_link_equals_the_apps_layout(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    curves = speech(90, 30.0)
    write(path, curves, "livelink")
    header, first, *rest = csv.reader(path.open(encoding="utf-8"))
    assert header[:3] == ["Timecode", "BlendShapeCount", "EyeBlinkLeft"]
    assert header[15:20] == ["EyeWideRight", "JawForward", "JawRight", "JawLeft", "JawOpen"]
    assert header[20:25] == ["MouthClose", "MouthFunnel", "MouthPucker", "MouthRight", "MouthLeft"]
    assert header[43:48] == [
        f"Brow{part}"
        for part in ("DownLeft", "DownRight", "InnerUp", "OuterUpLeft", "OuterUpRight")
    ]
    assert header[53:] == ["TongueOut", *live_link.ANGLES]
    assert first[:2] == ["00:00:00:00.000", "61"]
    assert rest[30][0] == "00:00:01:02.000"
    track = read_live_link(path)  # the reader of recorded performances, written on its own
    np.testing.assert_allclose(track.times, np.arange(90) / 30.0, atol=1e-4)
    jaw = [name.lower() for name in track.names].index("jawopen")
    np.testing.assert_allclose(track.values[:, jaw], curves.column("jawOpen"), atol=1e-6)


def test_timecode_carries_sixty_frames() -> None:
    assert live_link.timecode(3599.999999) == "01:00:00:00.000"


def test_live_link_rows_without_a_face_are_bridged(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    lines = ["Timecode,BlendShapeCount,JawOpen,HeadYaw"]
    for row in range(60):
        jaw = "" if 20 <= row < 40 else f"{row / 60}"
        lines.append(f"23:59:59:{row:02d}.000,{61 if jaw else 0},{jaw},{jaw and 9}")
    path.write_text("\n".join(lines) + "\n")
    curves = read(path)
    assert curves.names == ("jawOpen",)
    np.testing.assert_allclose(curves.column("jawOpen"), curves.times, atol=0.011)
    assert len(curves.values) == pytest.approx(curves.rate * 59 / 60, abs=1.01)


def test_live_link_clock_passes_midnight(tmp_path: Path) -> None:
    path = tmp_path / "take.csv"
    rows = [f"{clock},61,0.5" for clock in ("23:59:59:59", "00:00:00:00", "00:00:00:01")]
    path.write_text("\n".join(["Timecode,BlendShapeCount,JawOpen", *rows]))
    assert read(path).rate == pytest.approx(60.0)


def test_uneven_times_are_brought_to_a_grid(tmp_path: Path) -> None:
    path = tmp_path / "curves.csv"
    path.write_text("t,jawOpen\n5,0\n5.1,0.1\n6,1\n")
    curves = read(path)
    assert curves.rate == 100.0
    np.testing.assert_allclose(curves.column("jawOpen"), np.arange(101) / 100, atol=1e-6)


DAMAGED = {
    "empty.csv": "",
    "header.csv": "t,jawOpen\n",
    "short.csv": "t,jawOpen\n0,1\n1\n",
    "words.csv": "t,jawOpen\n0,open\n",
    "nan.csv": "t,jawOpen\n0,nan\n0.1,0\n",
    "back.csv": "t,jawOpen\n1,0\n0,0\n",
    "twice.csv": "t,a,a\n0,0,0\n",
    "for_ever.csv": "t,a\n0,0\n1,0\n1e9,1\n",
    "take.csv": "Timecode,BlendShapeCount,JawOpen\nlater,61,0.5\n",
    "lost.csv": "Timecode,BlendShapeCount,JawOpen\n00:00:00:01,0,\n",
    "binary.csv": "\0\x01\x02",
    "a.json": "[]",
    "b.json": '{"format": "audio2face-curves"}',
    "c.json": '{"format": "audio2face-curves", "version": 1, "rate": 0, "names": ["a"], '
    '"values": [[0]]}',
    "d.json": '{"format": "audio2face-curves", "version": 1, "rate": 9, "names": ["a"], '
    '"values": [[0], [1, 2]]}',
    "e.json": "[" * 100_000,
    "a.npz": "no zip",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged_file_is_refused_in_a_sentence(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(DAMAGED[name])
    with pytest.raises(CurvesFileError, match=name) as refused:
        read(path)
    assert "\n" not in str(refused.value)


def test_json_document(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write(path, Curves(("jawOpen",), 25.0, np.array([[0.25]], np.float32)), "json")
    assert json.loads(path.read_text()) == {
        "format": "audio2face-curves",
        "version": 1,
        "rate": 25.0,
        "names": ["jawOpen"],
        "values": [[0.25]],
    }
