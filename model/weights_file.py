"""Weights as one NumPy ``.npz``: plain arrays and the configuration as JSON text, no pickle."""

import hashlib
import io
import json
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .errors import WeightsError
from .network_config import NetworkConfig, array_shapes
from .npz_archive import NpzArchive, NpzError, opened
from .regular_file import why_not_a_file
from .shown import on_one_line
from .weights_schema import config_of

DEFAULT_WEIGHTS = Path(__file__).parent / "weights" / "attention_bilstm.npz"
CHECKSUMS = DEFAULT_WEIGHTS.with_name("SHA256SUMS")
"""SHA-256 of the bundled network, as ``sha256sum`` writes it."""

FORMAT = 2

_MOST_BYTES = 1 << 30
"""What the arrays may take: 170 times the bundled network."""


def save_weights(path: Path, config: NetworkConfig, arrays: dict[str, np.ndarray]) -> None:
    """Writes the arrays that array_shapes names; raises WeightsError if one does not fit."""
    for name, shape in array_shapes(config).items():
        if name not in arrays:
            raise WeightsError(f'"{path}" lacks the array "{name}"; export the weights again.')
        _check(arrays[name], name, shape, path)
    header = json.dumps({"format": FORMAT, "config": config.to_dict()})
    kept = {name: np.asarray(arrays[name], np.float32) for name in array_shapes(config)}
    np.savez(path, header=np.array(header), **kept)


def load_weights(path: Path = DEFAULT_WEIGHTS) -> tuple[NetworkConfig, dict[str, np.ndarray]]:
    """Reads and checks a weights file; the bundled one by its SHA-256 too.

    Returns:
        The configuration, and float arrays by name with the shapes of array_shapes.

    Raises:
        WeightsError: missing, not an npz of this format, with wrong shapes or values, or a
            bundled one that is not as it was released.
    """
    path = Path(path)
    is_bundled = path == DEFAULT_WEIGHTS
    reason = why_not_a_file(path)
    if reason is not None:
        advice = "install the extension again" if is_bundled else "check the path"
        raise WeightsError(f'The weights file "{path}" {reason}; {advice}.')
    try:
        with opened(_checked_bundle() if is_bundled else path, _MOST_BYTES) as archive:
            return _read(archive, path)
    except NpzError as error:
        raise WeightsError(
            f'"{path}" is not a weights file of this extension ({error}); '
            "choose an .npz made by its training tools."
        ) from error


def _checked_bundle() -> BinaryIO:
    """The bundled file's bytes. Raises WeightsError where they are not the released ones."""
    try:
        data, sums = DEFAULT_WEIGHTS.read_bytes(), CHECKSUMS.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(
            f"The bundled network cannot be read ({error}); install the extension again."
        ) from error
    if f"{hashlib.sha256(data).hexdigest()}  {DEFAULT_WEIGHTS.name}" not in sums.splitlines():
        raise WeightsError(
            f'The bundled network "{DEFAULT_WEIGHTS}" is damaged or was changed, its SHA-256 is '
            f"not the one in {CHECKSUMS.name}; install the extension again."
        )
    return io.BytesIO(data)


def _read(archive: NpzArchive, path: Path) -> tuple[NetworkConfig, dict[str, np.ndarray]]:
    """Raises NpzError for what is no weights file, WeightsError for one that cannot be used."""
    try:
        header = json.loads(str(archive.read("header", ())))
        version, document = header["format"], header["config"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NpzError(f"its header cannot be read: {error}") from error
    if version != FORMAT:
        raise WeightsError(
            f'"{path}" has weights format {on_one_line(version, 40)}, but format {FORMAT} is '
            "needed; train or export it again with this version."
        )
    # Another version's settings may be others, so they are read only once the version fits.
    try:
        config = config_of(document)
    except ValueError as error:
        raise NpzError(str(error)) from error
    arrays = {}
    for name, shape in array_shapes(config).items():
        arrays[name] = archive.read(name, shape)
        _check(arrays[name], name, shape, path)
    return config, arrays


def _check(array: np.ndarray, name: str, shape: tuple[int, ...], path: Path) -> None:
    if array.shape != shape or array.dtype.kind != "f" or not np.all(np.isfinite(array)):
        raise WeightsError(
            f'The array "{name}" in "{path}" must be finite floats of shape {shape}, '
            f"not {array.dtype} {array.shape}; export the weights again."
        )
