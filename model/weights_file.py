"""Weights as one NumPy ``.npz``: plain arrays and the network's configuration as JSON text.

Anyone can hand out a weights file, so its settings are checked against ranges: they must not ask
for a network that takes all memory or never ends.
"""

import dataclasses
import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .errors import WeightsError, one_line, quoted
from .features import FeatureConfig
from .framing import SAMPLE_RATE
from .input_files import NpzError, load_arrays, why_not_a_file
from .network_config import NetworkConfig, array_shapes

DEFAULT_WEIGHTS = Path(__file__).parent / "weights" / "attention_bilstm.npz"
CHECKSUMS = DEFAULT_WEIGHTS.with_name("SHA256SUMS")
"""SHA-256 of the bundled network, as ``sha256sum`` writes it."""

FORMAT = 2

_MOST_BYTES = 1 << 30
"""Limit of all arrays in a file: 170 times the bundled network. Half precision takes twice as much
in memory."""

_MOST_CHANNELS = 1024
_SPECTRA = ("mfcc", "log_mel")
_RANGES = {
    "stride": (1, 16),
    "hidden": (1, 4096),
    "layers": (1, 16),
    "attention": (0, 4096),
    "reach": (0, 512),
    "block": (1, 512),
    "right": (0, 512),
    "window": (2, SAMPLE_RATE),
    "fft": (2, 1 << 16),
    "mels": (1, 1024),
    "low_hz": (0.0, SAMPLE_RATE / 2),
    "high_hz": (0.0, SAMPLE_RATE / 2),
    "mfcc": (1, 1024),
    "delta_span": (1, 64),
    "floor": (1e-30, 1.0),
}
"""Lowest and highest value of each number; whole limits are for whole numbers."""


def save_weights(
    path: Path, config: NetworkConfig, arrays: dict[str, np.ndarray], half: bool = False
) -> None:
    """Writes the arrays that array_shapes names; raises WeightsError if one does not fit.

    With ``half`` matrices take half the room, with 11 bits of precision; vectors (statistics of the
    features, biases) keep all of theirs.
    """
    checked = _checked(config, arrays, path)
    header = json.dumps({"format": FORMAT, "config": config.to_dict()})
    stored = {}
    for name, array in checked.items():
        kind = np.float16 if half and array.ndim == 2 else np.float32
        with np.errstate(over="ignore"):
            stored[name] = array.astype(kind)
        if not np.all(np.isfinite(stored[name])):
            raise WeightsError(
                f'The array "{name}" has values beyond {np.finfo(kind).max:.0f}; save it in single '
                "precision."
            )
    np.savez(path, header=np.array(header), **stored)


def load_weights(path: Path = DEFAULT_WEIGHTS) -> tuple[NetworkConfig, dict[str, np.ndarray]]:
    """Reads and checks a weights file; the bundled one by its SHA-256 too.

    Returns:
        The configuration, and float32 arrays by name with the shapes of array_shapes.

    Raises:
        WeightsError: missing, not an npz of this format, with wrong shapes or values, or a
            bundled file that is not as it was released.
    """
    path = Path(path)
    is_bundled = path == DEFAULT_WEIGHTS
    reason = why_not_a_file(path)
    if reason is not None:
        advice = "install the extension again" if is_bundled else "check the path"
        raise WeightsError(f'The weights file "{path}" {reason}; {advice}.')
    try:
        source = io.BytesIO(_checked_bundle()) if is_bundled else path
        found = load_arrays(source, _MOST_BYTES)
        config = _config_of(found, path)
    except NpzError as error:
        raise WeightsError(
            f'"{path}" is not a weights file of this extension ({error}); '
            "choose an .npz made by its training tools."
        ) from error
    checked = _checked(config, found, path)
    with np.errstate(over="ignore"):
        floats = {name: array.astype(np.float32, copy=False) for name, array in checked.items()}
    return config, _checked(config, floats, path)


def _checked_bundle() -> bytes:
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
    return data


def _config_of(arrays: dict[str, np.ndarray], path: Path) -> NetworkConfig:
    """Raises NpzError for a file of another kind, WeightsError for another version of this kind."""
    try:
        header = json.loads(str(arrays["header"]))
        version, document = header["format"], header["config"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise NpzError(f"its header cannot be read: {error}") from error
    if version != FORMAT:
        raise WeightsError(
            f'"{path}" has weights format {one_line(version, 40)}, but format {FORMAT} is '
            "needed; train or export it again with this version."
        )
    # Another version may have other settings, so they are read only once the version fits.
    return config_from(document)


def _checked(
    config: NetworkConfig, arrays: dict[str, np.ndarray], path: Path
) -> dict[str, np.ndarray]:
    """The arrays that the network needs. Raises WeightsError if one is missing or does not fit."""
    checked = {}
    for name, shape in array_shapes(config).items():
        if name not in arrays:
            raise WeightsError(f'"{path}" lacks the array "{name}"; export the weights again.')
        array = checked[name] = arrays[name]
        if array.shape != shape or array.dtype.kind != "f" or not np.all(np.isfinite(array)):
            raise WeightsError(
                f'The array "{name}" in "{path}" must be finite floats of shape {shape}, '
                f"not {array.dtype} {array.shape}; export the weights again."
            )
    return checked


def config_from(document: object) -> NetworkConfig:
    """The configuration in a header. Raises NpzError with the setting that makes no sense."""
    settings = _settings(document, NetworkConfig, "the configuration")
    of_sound = _settings(settings.pop("features", {}), FeatureConfig, '"features"')
    features = FeatureConfig(**of_sound)
    too_many = features.spectrum == "mfcc" and features.mfcc > features.mels
    if features.low_hz >= features.high_hz or features.window > features.fft or too_many:
        raise NpzError('"features" contradict each other')
    return NetworkConfig(features=features, **settings)


def _settings(document: object, kind: type, where: str) -> dict[str, Any]:
    """A JSON object's entries, each a field of the dataclass ``kind`` with a sensible value."""
    if not isinstance(document, Mapping):
        raise NpzError(f"{where} is no object")
    unknown = document.keys() - {field.name for field in dataclasses.fields(kind)}
    if unknown:
        raise NpzError(f"{where} has an unknown entry {quoted(min(unknown))}")
    settings = dict(document)
    if "channels" in settings:
        settings["channels"] = _channels(settings["channels"])
    for name, value in settings.items():
        if name in _RANGES:
            low, high = _RANGES[name]
            number = int | float if isinstance(low, float) else int
            fits = isinstance(value, number) and not isinstance(value, bool)
            fits = fits and low <= value <= high
        elif name == "spectrum":
            fits = value in _SPECTRA
        else:
            fits = name in ("channels", "features") or isinstance(value, bool)
        if not fits:
            raise NpzError(f'"{name}" has a value that no network has')
    return settings


def _channels(names: object) -> tuple[str, ...]:
    if not isinstance(names, list | tuple) or not 1 <= len(names) <= _MOST_CHANNELS:
        raise NpzError('"channels" is no list of names')
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) != len(names):
        raise NpzError('"channels" needs a different name for each channel')
    return tuple(names)
