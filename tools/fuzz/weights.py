"""Files of weights."""

import io
import json

import numpy as np
from a2f.model.errors import WeightsError
from a2f.model.network_config import NetworkConfig, array_shapes
from a2f.model.weights_file import FORMAT, load_weights, save_weights

from .archives import archive_of, joined
from .draws import spoilt_json
from .target import Target, expect, expect_finite, file_with, folder

_SMALL = NetworkConfig(hidden=1, attention=1, layers=1, channels=("jawOpen",))


_ARRAYS = {name: np.ones(shape, "f4") for name, shape in array_shapes(_SMALL).items()}


def _written() -> bytes:
    path = folder() / "seed.npz"
    save_weights(path, _SMALL, _ARRAYS)
    return path.read_bytes()


def _check(data: bytes) -> None:
    with file_with("weights.npz", data) as path:
        config, arrays = load_weights(path)
    shapes = {name: array.shape for name, array in arrays.items()}
    expect(shapes == array_shapes(config), "other shapes")
    for array in arrays.values():
        expect_finite(array)


def _check_header(data: bytes) -> None:
    document = {"format": FORMAT, "config": json.loads(json.dumps(_SMALL.to_dict()))}
    made = io.BytesIO()
    np.savez(made, header=np.array(spoilt_json(document, data)), **_ARRAYS)
    _check(made.getvalue())


TARGETS = (
    Target("weights", lambda: [_written()], _check, (WeightsError,), 16384),
    Target("weights-arrays", lambda: [joined(_written())], lambda data: _check(archive_of(data)),
           (WeightsError,), 16384),
    Target("weights-header", lambda: [b""], _check_header, (WeightsError,), 64),
)  # fmt: skip
