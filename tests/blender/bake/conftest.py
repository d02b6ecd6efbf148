"""A face that was baked from a sound strip, and the dials of its speaker."""

from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import add_sound, make_face, tone, write_wav


@pytest.fixture
def anna(loud_jaw, tmp_path: Path) -> bpy.types.Object:
    """Speaks twice for half a second, after half a second of silence each; is selected."""
    silence, sound = np.zeros(8000), tone(0.5)
    path = write_wav(tmp_path / "hum.wav", np.concatenate([silence, sound, silence, sound]))
    add_sound(path)
    face = make_face("Anna", ("jawOpen", "browInnerUp"))
    bpy.ops.audio2face.bake()
    return face


@pytest.fixture
def dials(anna):
    return bpy.context.scene.audio2face.speakers["Anna"].dials
