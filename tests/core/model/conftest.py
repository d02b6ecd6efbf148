"""What the tests of the model share."""

from pathlib import Path

import numpy as np
import pytest

from model.audio_file import read_audio


@pytest.fixture(scope="session")
def speech() -> np.ndarray:
    """A sentence of a real voice, at 16 kHz."""
    return read_audio(Path(__file__).parents[2] / "data" / "surprise.flac")
