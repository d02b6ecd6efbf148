"""The settings in a weights file, checked: a file of anyone's must not ask for a network that takes
all memory or never ends."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from .audio_features import FeatureConfig
from .framing import SAMPLE_RATE
from .network_config import NetworkConfig
from .shown import shown

_NETWORK = {
    "stride": (1, 16),
    "hidden": (1, 4096),
    "layers": (1, 16),
    "attention": (0, 4096),
    "reach": (0, 512),
    "block": (1, 512),
    "right": (0, 512),
}
_FEATURES = {
    "window": (2, SAMPLE_RATE),
    "fft": (2, 1 << 16),
    "mels": (1, 1024),
    "low_hz": (0.0, SAMPLE_RATE / 2),
    "high_hz": (0.0, SAMPLE_RATE / 2),
    "mfcc": (1, 1024),
    "delta_span": (1, 64),
    "floor": (1e-30, 1.0),
}
"""Lowest and highest of each number; a range of whole numbers is for whole numbers."""

_SPECTRA = ("mfcc", "log_mel")
_MOST_CHANNELS = 1024


def config_of(document: object) -> NetworkConfig:
    """The network that a weights file's header describes.

    Raises:
        ValueError: with the setting that makes no sense.
    """
    settings = _known(document, NetworkConfig, "the configuration")
    features = _known(settings.pop("features", {}), FeatureConfig, '"features"')
    spectrum = features.pop("spectrum", _SPECTRA[0])
    if spectrum not in _SPECTRA:
        raise ValueError(f'"spectrum" has to be one of {", ".join(_SPECTRA)}')
    channels = settings.pop("channels", list(NetworkConfig().channels))
    heard = FeatureConfig(spectrum=spectrum, **_checked(features, _FEATURES, "pitch"))
    too_many = heard.spectrum == "mfcc" and heard.mfcc > heard.mels
    if heard.low_hz >= heard.high_hz or heard.window > heard.fft or too_many:
        raise ValueError('"features" contradict each other')
    return NetworkConfig(
        features=heard,
        channels=_channels(channels),
        **_checked(settings, _NETWORK, "bidirectional"),
    )


def _known(document: object, kind: type, where: str) -> dict[str, Any]:
    """A JSON object's entries, once each is a setting."""
    if not isinstance(document, Mapping):
        raise ValueError(f"{where} is no object")
    unknown = document.keys() - {field.name for field in dataclasses.fields(kind)}
    if unknown:
        raise ValueError(f"{where} has an unknown entry {shown(min(unknown))}")
    return dict(document)


def _checked(
    settings: Mapping[str, Any], ranges: Mapping[str, tuple[float, float]], switch: str
) -> dict[str, Any]:
    """Numbers within their ranges, and one switch that is on or off."""
    for name, value in settings.items():
        if name == switch:
            fits = isinstance(value, bool)
        else:
            low, high = ranges[name]
            kinds = int | float if isinstance(low, float) else int
            is_number = isinstance(value, kinds) and not isinstance(value, bool)
            fits = is_number and low <= value <= high
        if not fits:
            raise ValueError(f'"{name}" has a value that no network has')
    return dict(settings)


def _channels(names: object) -> tuple[str, ...]:
    if not isinstance(names, list | tuple) or not 1 <= len(names) <= _MOST_CHANNELS:
        raise ValueError('"channels" is no list of names')
    if not all(isinstance(name, str) and name for name in names) or len(set(names)) != len(names):
        raise ValueError('"channels" needs a different name for each channel')
    return tuple(names)
