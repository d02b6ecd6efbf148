"""Sounds and strips, and the extension's modules that read them."""

import importlib
from pathlib import Path

import pytest

from tests.support.mixdown import write_clicks
from tests.support.scenes import tone, write_wav


@pytest.fixture
def strips(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.scene.strips")


@pytest.fixture
def selection(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.core.sound.sound_selection")


@pytest.fixture
def audio(extension: str):
    return importlib.import_module(f"{extension}.blender_audio2face.core.sound.samples")


@pytest.fixture
def clicks(tmp_path: Path) -> Path:
    return write_clicks(tmp_path / "clicks.wav")


@pytest.fixture
def hum(tmp_path: Path) -> Path:
    return write_wav(tmp_path / "hum.wav", tone(4.0), 16000)
