"""What a .blend keeps in its properties."""

import zlib
from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
from a2f.blender_audio2face.cli import job_record
from a2f.blender_audio2face.core import cached_curves, persistence
from a2f.blender_audio2face.core.keys import bake_record
from a2f.blender_audio2face.core.sound import sound_segment
from a2f.blender_audio2face.core.sound.strip_timing import StripTiming
from a2f.blender_audio2face.errors import PlanError
from a2f.blender_audio2face.scene import analysis_cache
from a2f.model.curves import Curves

from .draws import spoilt_json, texts_of
from .target import Target, expect, expect_finite

_VALUES = np.linspace(0, 1, 40, dtype=np.float32).reshape(20, 2)
_BEGIN = 9
"""Bytes of a take before what its checksum is of."""

_RECORD = {
    "0": {
        "ours": True, "segments": [["a", 1, 9, 2]], "channels": [["location", 0, 0.5]],
        "keyed": {"a": [0]}, "set_aside": [3, True], "blend_type": None,
    }
}  # fmt: skip
_HEARD = ["0f", 0.0, 1.5, [[0.0, 1.0], [0.5, 1.0]]]
_TIMING = StripTiming(24.0, 1.0, 0.0, 0.0, 1, 3, (0.0, 0.5, 1.0)).__dict__
_LIVE = [['key_blocks["a"].value', 0, 0.5], ['["b"]', 2, -1]]
_POSE = [["head", "location", 0, 0.5], ["head", "scale", 2, 1]]
_KEYED = {"0": [["location", 0, "0f"]], "1": []}
_JOBS = {"0f": [["a", "b"], "1f"]}
_MOST_FRAMES = 1 << 24


def _take() -> bytes:
    return cached_curves.encode(Curves(("jawOpen", "mouthClose"), 100.0, _VALUES))


def _check_take(data: bytes) -> None:
    """A checksum that is right, or none would be looked at."""
    start = data[: _BEGIN - 4].ljust(_BEGIN - 4)
    curves = cached_curves.decode(
        start + zlib.crc32(data[_BEGIN:]).to_bytes(4, "little") + data[_BEGIN:]
    )
    expect_finite(curves.values)
    expect(np.isfinite(curves.rate) and curves.rate > 0.0, f"{curves.rate} rows a second")


def _check_record(text: str) -> None:
    records = bake_record.loads(text)
    kept_again = bake_record.dumps(records)
    kept_again.encode()  # as Blender does
    expect(bake_record.loads(kept_again) == records, "other records once kept")
    for record in records.values():
        expect_finite(list(record.before.values()))
        for segment in record.segments:
            expect(abs(segment.start) < 1 << 31 and abs(segment.end) < 1 << 31, "far frames")


def _check_heard(text: str) -> None:
    found = sound_segment.loads(text)
    if found is not None:
        expect_finite((found.start, found.end))
        sound_segment.Heard("0f", 0.0, 1.0).offset_in(found)
        expect(sound_segment.loads(sound_segment.dumps(found)) == found, "another record once kept")


def _check_timing(text: str) -> None:
    timing = analysis_cache.timing_of(SimpleNamespace(timing=text, label="a"))
    expect(len(timing.frames) < _MOST_FRAMES, "many frames")
    expect_finite(timing.times)


def _check_live(text: str) -> None:
    for path, index, value in persistence.rows(persistence.document(text), str, int, float) or ():
        expect_finite(value)
        expect(isinstance(path, str) and type(index) is int, "another type")


def _check_pose(text: str) -> None:
    pose = persistence.loads(text)
    expect_finite(list(pose.values()))
    expect(persistence.loads(persistence.dumps(pose)) == pose, "another pose once kept")


def _check_keyed(text: str) -> None:
    for plain in persistence.names(persistence.document(text), list).values():
        {(path, index): told for path, index, told in persistence.rows(plain, str, int, str) or ()}


def _check_jobs(text: str) -> None:
    for takes_of, digest in job_record.loads(text).values():
        expect(isinstance(digest, str) and len(set(takes_of)) >= 0, "another type")


def _targets(
    name: str, document: object, check: Callable[[str], None], *refusals: type[Exception]
) -> tuple[Target, Target]:
    """Two: bytes as the text, and bytes as changes of a document."""
    return (
        Target(name, lambda: texts_of(document),
               lambda data: check(data.decode("utf-8", "surrogateescape")), refusals, 2048),
        Target(f"{name}-document", lambda: [b""],
               lambda data: check(spoilt_json(document, data)), refusals, 64),
    )  # fmt: skip


TARGETS = (
    Target("take", lambda: [_take()], _check_take, (cached_curves.TakeError,), 1024),
    *_targets("record", _RECORD, _check_record),
    *_targets("heard", _HEARD, _check_heard),
    *_targets("timing", _TIMING, _check_timing, cached_curves.TakeError),
    *_targets("live-values", _LIVE, _check_live),
    *_targets("pose", _POSE, _check_pose, PlanError),
    *_targets("keyed", _KEYED, _check_keyed),
    *_targets("jobs", _JOBS, _check_jobs),
)
