"""Other programs that make mouths move, timed on the same sound where they are found."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import soundfile

from .cost import of_children

_RATE = 16000
RHUBARB = "rhubarb"


def found() -> tuple[str, ...]:
    """The peers on PATH."""
    return tuple(name for name in (RHUBARB,) if shutil.which(name))


def rhubarb(samples: str) -> dict[str, object]:
    """Rhubarb Lip Sync with its own recogniser: samples to mouth shapes, start and model loading
    included."""
    with tempfile.TemporaryDirectory() as folder:
        sound, shapes = Path(folder, "speech.wav"), Path(folder, "shapes.tsv")
        soundfile.write(str(sound), np.fromfile(samples, np.float32), _RATE, "PCM_16")
        command = [RHUBARB, "--quiet", "-f", "tsv", "-o", str(shapes), str(sound)]
        _, cost = of_children(lambda: subprocess.run(command, check=True, capture_output=True))
    return cost.plain()
