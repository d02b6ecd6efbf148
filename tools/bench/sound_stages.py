"""The stages that need no Blender: decoding, features, the network, shaping and key reduction.

Each takes files, does the shipped code's work inside the clocks, and returns its cost and what else
is worth knowing. The shipped package is importable as PACKAGE (see ``processes``).
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np

from . import peers
from .cost import Cost, measured

PACKAGE = "shipped"
FPS = 24.0
_RATE = 16000
_PIECE = 6 * _RATE


def _shipped(module: str) -> ModuleType:
    return import_module(f"{PACKAGE}.{module}")


def prepare(clip: str, samples: str) -> dict[str, object]:
    """Decodes a clip into the file that the other stages read, without any clock."""
    with Path(samples).open("wb") as file:
        for block in _shipped("model.audio_file").audio_blocks(clip):
            block.tofile(file)
    return {}


def decode(clip: str) -> dict[str, object]:
    """A sound file to mono samples at the network's rate."""
    audio_blocks = _shipped("model.audio_file").audio_blocks
    for package in ("soundfile", "soxr"):
        _shipped("model.optional").optional_import(package)
    return measured(lambda: deque(audio_blocks(clip), maxlen=0))[1].plain()


def features(samples: str) -> dict[str, object]:
    """Samples to what the network hears."""
    config, _ = _shipped("model.weights_file").load_weights()
    feature_stream = _shipped("model.features").FeatureStream

    def work(pieces: Iterable[np.ndarray]) -> None:
        stream = feature_stream(config.features)
        for piece in pieces:
            stream.push(piece)

    work([_hum()])
    return measured(lambda: work(_pieces(samples)))[1].plain()


def numpy(samples: str, curves: str) -> dict[str, object]:
    """Samples to curves with NumPy, features included; written to ``curves``."""
    config, arrays = _shipped("model.weights_file").load_weights()
    runtime = _shipped("model.numpy_network").NumpyRuntime(config, arrays)
    return _predicted(runtime, samples, curves)


def torch(samples: str) -> dict[str, object]:
    """Samples to curves with torch on the CPU, features included."""
    return _predicted(_torch_runtime("cpu"), samples)


def cuda(samples: str) -> dict[str, object]:
    """Samples to curves with torch on the GPU, features included."""
    import torch

    answer = _predicted(_torch_runtime("cuda"), samples)
    return answer | {
        "card": torch.cuda.get_device_name(),
        "card_memory": torch.cuda.max_memory_allocated(),
        "tf32": torch.backends.cudnn.allow_tf32,
    }


def torch_start() -> dict[str, object]:
    """Importing torch, making the network and the first second of sound on the CPU: paid once a
    session. Says which GPU torch finds."""
    answer = _started("cpu")
    import torch

    return answer | {"card": torch.cuda.get_device_name() if torch.cuda.is_available() else ""}


def cuda_start() -> dict[str, object]:
    """The same on the GPU."""
    return _started("cuda")


def _started(device: str) -> dict[str, object]:
    second = _hum()
    imported = measured(lambda: import_module("torch"))[1]
    spoken = measured(lambda: _torch_runtime(device).predict(second))[1]
    whole = Cost(imported.wall + spoken.wall, imported.cpu + spoken.cpu, spoken.memory)
    return whole.plain() | {"torch_import": imported.wall}


def numpy_start() -> dict[str, object]:
    """The same of NumPy's runtime."""
    second = _hum()

    def start() -> None:
        config, arrays = _shipped("model.weights_file").load_weights()
        _shipped("model.numpy_network").NumpyRuntime(config, arrays).predict(second)

    return measured(start)[1].plain()


def post(curves: str, keys: str) -> dict[str, object]:
    """Curves to the keys of 52 shape keys at FPS with the default dials, written to ``keys``."""
    shape = _shipped("blender_audio2face.core.shaping.shape").shape
    reduction = _shipped("blender_audio2face.core.keys.keyframes")
    dials = _shipped("blender_audio2face.core.shaping.settings").Dials()
    channels = _shipped("model.channels")
    sample_at = _shipped("model.sampling").sample_at
    values = np.load(curves)
    heard = _shipped("model.curves").Curves(channels.ARKIT_52, 100.0, values)
    frames = np.arange(int(len(values) / heard.rate * FPS))

    def work() -> dict:
        shaped = shape(heard, dials)
        sampled = sample_at(shaped, frames / FPS)
        anchors = reduction.closures(shaped.names, sampled)
        columns = dict(zip(shaped.names, sampled.T, strict=True))
        mouth = set(channels.MOUTH_GROUP)
        return reduction.reduce_keys(frames, columns, reduction.TOLERANCE, anchors, mouth)

    made, cost = measured(work)
    arrays = {
        f"{name}.{part}": getattr(one, part)
        for name, one in made.items()
        for part in ("frames", "values", "slopes")
    }
    np.savez(keys, **arrays)
    return cost.plain() | {"keys": sum(len(one.frames) for one in made.values())}


def _torch_runtime(device: str):
    config, arrays = _shipped("model.weights_file").load_weights()
    return _shipped("model.torch_runtime").TorchRuntime(config, arrays, device)


def _predicted(runtime, samples: str, curves: str | None = None) -> dict[str, object]:
    runtime.predict(_hum())
    seconds = Path(samples).stat().st_size / np.float32().itemsize / _RATE
    made, cost = measured(lambda: runtime.predict_blocks(_pieces(samples), seconds))
    if curves is not None:
        np.save(Path(curves), made.values)
    return cost.plain()


def _pieces(samples: str) -> Iterator[np.ndarray]:
    """The samples of a file in pieces, as a decoder gives them."""
    with Path(samples).open("rb") as file:
        while len(piece := np.fromfile(file, np.float32, _PIECE)):
            yield piece


def _hum() -> np.ndarray:
    return 0.1 * np.random.default_rng(0).standard_normal(_RATE, np.float32)


STAGES: dict[str, Callable[..., dict[str, object]]] = {
    "prepare": prepare,
    "decode": decode,
    "features": features,
    "numpy": numpy,
    "torch": torch,
    "cuda": cuda,
    "numpy_start": numpy_start,
    "torch_start": torch_start,
    "cuda_start": cuda_start,
    "post": post,
    "rhubarb": peers.rhubarb,
}
