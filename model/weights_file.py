"""Weights as one NumPy ``.npz``: plain arrays and the configuration as JSON text, no pickle."""

import json
import zipfile
from pathlib import Path

import numpy as np

from .errors import WeightsError
from .network_config import NetworkConfig, array_shapes

DEFAULT_WEIGHTS = Path(__file__).parent / "weights" / "attention_bilstm.npz"
FORMAT = 2

_DAMAGE = (
    OSError,
    EOFError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,  # a bare .npy loads as an array, which is no archive
    zipfile.BadZipFile,
)


def save_weights(path: Path, config: NetworkConfig, arrays: dict[str, np.ndarray]) -> None:
    """Writes the arrays that array_shapes names; raises WeightsError if one does not fit."""
    _check(arrays, config, str(path))
    header = json.dumps({"format": FORMAT, "config": config.to_dict()})
    kept = {name: np.asarray(arrays[name], np.float32) for name in array_shapes(config)}
    np.savez(path, header=np.array(header), **kept)


def load_weights(path: Path = DEFAULT_WEIGHTS) -> tuple[NetworkConfig, dict[str, np.ndarray]]:
    """Reads and checks a weights file.

    Returns:
        The configuration, and float32 arrays by name with the shapes of array_shapes.

    Raises:
        WeightsError: missing, not an npz of this format, or with wrong shapes or values.
    """
    if not Path(path).is_file():
        raise WeightsError(f'The weights file "{path}" does not exist; check the path.')
    try:
        with np.load(path, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files}
        header = json.loads(str(arrays.pop("header")))
        version, config = header["format"], header["config"]
        # Another version's settings may be others, so they are read only once the version fits.
        config = NetworkConfig.from_dict(config) if version == FORMAT else None
    except _DAMAGE as error:
        raise WeightsError(
            f'"{path}" is not a weights file of this extension ({error}); '
            "choose an .npz made by its training tools."
        ) from error
    if version != FORMAT:
        raise WeightsError(
            f'"{path}" has weights format {version}, but format {FORMAT} is needed; '
            "train or export it again with this version."
        )
    _check(arrays, config, str(path))
    return config, arrays


def _check(arrays: dict[str, np.ndarray], config: NetworkConfig, path: str) -> None:
    for name, shape in array_shapes(config).items():
        if name not in arrays:
            raise WeightsError(f'"{path}" lacks the array "{name}"; export the weights again.')
        array = arrays[name]
        if array.shape != shape or array.dtype.kind != "f" or not np.all(np.isfinite(array)):
            raise WeightsError(
                f'The array "{name}" in "{path}" must be finite floats of shape {shape}, '
                f"not {array.dtype} {array.shape}; export the weights again."
            )
