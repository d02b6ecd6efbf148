"""Recordings that people bring to train on: ``tools.actor``."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tools.actor.channels import read_channel_map, to_arkit
from tools.actor.tracks import (
    ActorError,
    Track,
    read_beat,
    read_capture_npz,
    read_curves_csv,
    read_live_link,
)

from .archives import archive_of, joined
from .draws import spoilt_json, texts_of
from .target import Target, expect, expect_finite, file_with

_BEAT = {
    "names": ["jawOpen", "mouthClose"],
    "frames": [{"weights": [n / 10, 0.5], "time": n / 60} for n in range(3)],
}
_CSV = b"t,jawOpen,mouthClose\n0.0,0.1,0.0\n0.01,0.2,\n0.02,0.3,0.1\n"
_LIVE_LINK = (
    b"Timecode,BlendShapeCount,JawOpen,MouthClose\n"
    b"13:13:04:31.652,61,0.5,0.25\n13:13:04:33.652,0,,\n13:13:04:35.652,61,0.5,0.5\n"
)
_MAP = b'jawOpen = { mouth_c = 1.0, "mouth.d" = 0.5 }\nmouthClose = { mouth_c = -1 }\n'


def _capture() -> bytes:
    made = io.BytesIO()
    values = np.linspace(0, 1, 6, dtype=np.float32).reshape(3, 2)
    np.savez(made, bs=values, names=np.array(["jawOpen", "mouthClose"]), t=np.arange(3.0),
             g_lip_inner=np.arange(3.0))  # fmt: skip
    return made.getvalue()


def _reader(name: str, read: Callable[[Path], Track]) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        with file_with(name, data) as path:
            track = read(path)
        shape = (len(track.times), len(track.names))
        expect(track.values.shape == shape, f"{track.values.shape} for {shape}")
        expect_finite(track.times)
        expect(bool(np.all(np.diff(track.times) > 0)), "times that do not ascend")
        expect(not np.isinf(track.values).any(), "infinite values")
        expect(track.lip_gap is None or track.lip_gap.shape == track.times.shape, "a lip gap")
        to_arkit(track.names, track.values, None, name)

    return check


def _check_map(data: bytes) -> None:
    with file_with("map.toml", data) as path:
        found = read_channel_map(path)
    names = tuple(dict.fromkeys(name for controls in found.values() for name in controls))
    channels = to_arkit(names, np.ones((2, len(names)), np.float32), found, "it")
    expect(bool(np.isfinite(channels[:, np.isfinite(channels[0])]).all()), "not finite")
    for controls in found.values():
        expect_finite(list(controls.values()))


_BEAT_CHECK = _reader("a.json", read_beat)
_NPZ_CHECK = _reader("a.npz", read_capture_npz)
_REFUSALS = (ActorError,)

TARGETS = (
    Target("actor-beat", lambda: texts_of(_BEAT), _BEAT_CHECK, _REFUSALS, 2048),
    Target("actor-beat-document", lambda: [b""],
           lambda data: _BEAT_CHECK(spoilt_json(_BEAT, data).encode()), _REFUSALS, 64),
    Target("actor-capture", lambda: [_capture()], _NPZ_CHECK, _REFUSALS),
    Target("actor-capture-arrays", lambda: [joined(_capture())],
           lambda data: _NPZ_CHECK(archive_of(data)), _REFUSALS),
    Target("actor-csv", lambda: [_CSV], _reader("a.csv", read_curves_csv), _REFUSALS, 512),
    Target("actor-livelink", lambda: [_LIVE_LINK], _reader("a.csv", read_live_link),
           _REFUSALS, 512),
    Target("actor-map", lambda: [_MAP], _check_map, _REFUSALS, 512),
)  # fmt: skip
