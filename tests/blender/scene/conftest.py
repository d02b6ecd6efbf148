"""Sounds and strips, and the extension's modules that read them."""

from pathlib import Path

import pytest

from tests.support.extension import addon_module
from tests.support.mixdown import write_clicks
from tests.support.scenes import write_hum


@pytest.fixture
def strips(extension: str):
    return addon_module("scene.strips")


@pytest.fixture
def selection(extension: str):
    return addon_module("core.sound.sound_selection")


@pytest.fixture
def audio(extension: str):
    return addon_module("core.sound.samples")


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    return write_clicks(tmp_path / "clicks.wav")


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    return write_hum(tmp_path / "hum.wav", 4.0)
