"""A recorded take, and its file."""

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import bpy
import numpy as np

from ...model.curves import Curves
from ...model.features import FRAME_RATE
from ...model.framing import HOP, SAMPLE_RATE
from .errors import TakeError

_FOLDER = "audio2face_takes"


@dataclass(frozen=True)
class Take:
    """What was recorded.

    Attributes:
        samples: float32 [N] at 16 kHz.
        curves: what the network made of them, from the first sample on.
        frame: of the scene, at the first sample; may lie between two frames.
    """

    samples: np.ndarray
    curves: Curves
    frame: float

    def from_whole_frame(self, fps: float) -> "Take":
        """The take from the next whole frame on, to 5 ms: strips begin on whole frames."""
        first = int(np.ceil(self.frame - 1e-6))
        rows = round((first - self.frame) / fps * FRAME_RATE)
        curves = Curves(self.curves.names, self.curves.rate, self.curves.values[rows:])
        return Take(self.samples[rows * HOP :], curves, float(first))


def takes_folder() -> Path:
    """Beside the .blend; Blender's temporary folder while there is none."""
    if not bpy.data.filepath:
        return Path(bpy.app.tempdir)
    return Path(bpy.data.filepath).parent / _FOLDER


def write_take(folder: Path, name: str, samples: np.ndarray) -> Path:
    """Writes a 16-bit WAV under a name that is not taken.

    Args:
        folder: is made where it is not there.
        name: the file's, before its number.
        samples: float32 [N] at 16 kHz.

    Raises:
        TakeError: the folder cannot be written to.
    """
    stem = bpy.path.clean_name(name)
    pcm = np.rint(np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2")
    number = 1
    try:
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            path = folder / f"{stem}_{number:03}.wav"
            try:
                handle = path.open("xb")
            except FileExistsError:
                number += 1
                continue
            try:
                with handle:
                    _write_wave(handle, pcm)
            except BaseException:
                path.unlink(missing_ok=True)
                raise
            return path
    except OSError as error:
        raise TakeError(
            f"The take cannot be written to {folder} ({error}): save the .blend in another folder."
        ) from error


def _write_wave(handle: BinaryIO, pcm: np.ndarray) -> None:
    with wave.open(handle, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(pcm.tobytes())
