"""Files of curves, in every format."""

import json
from collections.abc import Callable

import numpy as np
from a2f.blender_audio2face.core import cached_curves
from a2f.model.curves import Curves
from a2f.model.formats import CurvesFileError, read, write

from .archives import archive_of, joined
from .draws import spoilt_json, texts_of
from .target import Target, expect, expect_finite, file_with, folder

_LONGEST_SECONDS = 86_400 * 2
_VALUES = np.linspace(0, 1, 8, dtype=np.float32).reshape(4, 2)
_CURVES = Curves(("jawOpen", "mouthClose"), 30.0, _VALUES)


def _written(form: str) -> bytes:
    path = folder() / "seed"
    write(path, _CURVES, form)
    return path.read_bytes()


def _reader(suffix: str) -> Callable[[bytes], None]:
    def check(data: bytes) -> None:
        with file_with(f"curves.{suffix}", data) as path:
            curves = read(path)
        expect_finite(curves.values)
        expect(len(curves.values) / curves.rate <= _LONGEST_SECONDS, f"{curves.rate} rows a second")
        kept = cached_curves.decode(cached_curves.encode(curves))
        expect(kept.names == curves.names, "other names once it was kept")

    return check


def _check_document(data: bytes) -> None:
    _reader("json")(spoilt_json(json.loads(_written("json")), data).encode())


def _check_arrays(data: bytes) -> None:
    _reader("npz")(archive_of(data))


_REFUSALS = (CurvesFileError, cached_curves.TakeError)

TARGETS = (
    Target("curves-csv", lambda: [_written("csv")], _reader("csv"), _REFUSALS),
    Target("curves-livelink", lambda: [_written("livelink")], _reader("csv"), _REFUSALS, 8192),
    Target("curves-json", lambda: [_written("json"), *texts_of([])], _reader("json"), _REFUSALS),
    Target("curves-json-document", lambda: [b""], _check_document, _REFUSALS, 64),
    Target("curves-npz", lambda: [_written("npz")], _reader("npz"), _REFUSALS),
    Target("curves-npz-arrays", lambda: [joined(_written("npz"))], _check_arrays, _REFUSALS),
)
