"""Recordings of actors that once came through, and damaged ones: each is read or refused."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.hostile.strategies import DEEP, FEW, damaged
from tools.actor.channels import read_channel_map, to_arkit
from tools.actor.tracks import (
    ActorError,
    read_beat,
    read_capture_npz,
    read_curves_csv,
    read_live_link,
)

BEAT = '{"names": ["jawOpen"], "frames": [{"weights": [%s], "time": %s}]}'
LINK = b"Timecode,BlendShapeCount,JawOpen\n"
CAPTURE = {"bs": np.zeros((2, 1)), "names": np.array(["jawOpen"]), "fps": np.array(30.0)}


def assert_refused(error: Exception) -> None:
    assert str(error).endswith(".")
    assert str(error).isprintable()
    assert len(str(error)) < 2000


def capture(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez(file, **{**CAPTURE, **arrays})
    return file.getvalue()


@pytest.mark.parametrize(
    ("read_take", "data"),
    [
        (read_beat, DEEP.encode()),
        (read_beat, (BEAT % ("1" + "0" * 400, "0")).encode()),
        (read_beat, (BEAT % ("1e300", "0")).encode()),
        (read_beat, (BEAT % ("0", "NaN")).encode()),
        (read_beat, (BEAT % ("0", "[]")).encode()),
        (read_beat, b'{"names": ["jawOpen"], "frames": [{"time": 0}]}'),
        (read_curves_csv, b"t,\xff\n0,0\n"),
        (read_curves_csv, b"t,jawOpen\nnan,0\n1,0\n"),
        (read_curves_csv, b"t,jawOpen\n0,1e300\n1,0\n"),
        (read_curves_csv, b"t,jawOpen\n0.1,0.1\n0.0,0.2\n"),
        (read_curves_csv, b"t,jawOpen\n0.1,0.1\n0.2,0.2,0.3\n"),
        (read_live_link, LINK),
        (read_live_link, LINK + b"later,61,0.5\n"),
        (read_live_link, LINK + b"00:00:00:00,61,many\n"),
        (read_live_link, b"\xff"),
        (read_live_link, LINK + b'00:00:00:00,1,"' + b"9" * 200_000 + b'"\n'),
        (read_live_link, LINK + b"00:00:00:" + b"9" * 400 + b",1,0\n"),
        (read_live_link, LINK + b"9" * 400 + b":00:00:00,1,0\n"),
        (read_live_link, LINK + b"00:00:00:00,1,inf\n"),
        (read_channel_map, b"\xff"),
        (read_channel_map, b"jawOpens = { a = 0.5 }"),
        (read_channel_map, b"jawOpen = { a = nan }"),
        (read_channel_map, b"jawOpen = { a = 1e300 }"),
        (read_channel_map, b"jawOpen = { a = 1" + b"0" * 400 + b" }"),
        (read_channel_map, b"a = " + DEEP.encode()),
        (read_capture_npz, capture(fps=np.array(0.0))),
        (read_capture_npz, capture(t=np.array([0.0, np.nan]))),
        (read_capture_npz, capture(t=np.array([0.0, np.inf]))),
        (read_capture_npz, capture(t=np.array(0.0))),
        (read_capture_npz, capture(bs=np.array([[np.inf], [0.0]]))),
        (read_capture_npz, capture(bs=np.array([["1"], ["2"]]))),
    ],
)
def test_unusable_recording_is_refused(tmp_path: Path, read_take: Callable, data: bytes) -> None:
    path = tmp_path / "take"
    path.write_bytes(data)
    with pytest.raises(ActorError) as caught:
        read_take(path)
    assert str(path) in str(caught.value)
    assert_refused(caught.value)


def test_times_that_jump_back_are_left_out(tmp_path: Path) -> None:
    times = [0, 5, 1, 2, 6]
    frames = [{"weights": [0.5], "time": time} for time in times]
    (tmp_path / "a.json").write_text(json.dumps({"names": ["jawOpen"], "frames": frames}))
    codes = [f"00:00:{time:02d}:00,1,0.5\n" for time in times]
    (tmp_path / "a.csv").write_text("Timecode,BlendShapeCount,JawOpen\n" + "".join(codes))
    assert read_beat(tmp_path / "a.json").times.tolist() == [0, 5, 6]
    assert read_live_link(tmp_path / "a.csv").times.tolist() == [0, 5, 6]


@pytest.mark.filterwarnings("ignore:genfromtxt:UserWarning")
@pytest.mark.parametrize(
    ("read_take", "seed"),
    [
        (read_beat, json.loads(BEAT % ("0.5", "0"))),
        (read_capture_npz, capture(g_lip_inner=np.arange(2.0))),
        (read_curves_csv, b"t,jawOpen,mouthClose\n0.0,0.1,0.0\n0.01,0.2,\n0.02,0.3,0.1\n"),
        (read_live_link, LINK + b"13:13:04:31.652,61,0.5\n13:13:04:33.652,0,\n13:13:04:35,61,1\n"),
    ],
)
@FEW
@given(data=st.data())
def test_damaged_recording_is_read_or_refused(
    tmp_path: Path, read_take: Callable, seed: object, data: st.DataObject
) -> None:
    path = tmp_path / "take"
    path.write_bytes(data.draw(damaged(seed)))
    try:
        track = read_take(path)
        to_arkit(track.names, track.values, None, "it")
    except ActorError as error:
        assert_refused(error)
    else:
        assert track.values.shape == (len(track.times), len(track.names))
        assert np.isfinite(track.times).all() and np.all(np.diff(track.times) > 0)
        assert not np.isinf(track.values).any()


@FEW
@given(data=damaged(b'jawOpen = { a = 1.0, "mouth.d" = 0.5 }\nmouthClose = { a = -1 }\n'))
def test_damaged_channel_map_is_read_or_refused(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "map.toml").write_bytes(data)
    try:
        controls = read_channel_map(tmp_path / "map.toml")
    except ActorError as error:
        assert_refused(error)
    else:
        assert all(np.isfinite(list(weights.values())).all() for weights in controls.values())
