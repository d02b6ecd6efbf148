"""What only Blender can say: the time in the sound of a retimed strip's frames, and what a scene
strip plays."""

import tempfile
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from ..model.framing import SAMPLE_RATE
from . import mixdown, sequencer_api, time_code
from .errors import StripError
from .plan import SoundSource
from .timing import StripTiming

_RATE = 48000
"""Of the time code's mixdown: Blender changes speed at the next buffer of 1024 samples, and at
this rate that is where a mixdown of the artist's would change it."""


def retimed(scene, strip, timing: StripTiming, seconds: float) -> StripTiming:
    """The timing of a strip that plays at another speed than its sound.

    Args:
        scene: the strip's scene.
        strip: a sound strip.
        timing: its placement.
        seconds: length of its sound.

    Returns:
        ``timing`` with its warp; without one where the speed turns out to be the sound's own.

    Raises:
        StripError: nothing of the sound is in the strip's frames, or Blender cannot play it.
    """
    with mixdown.alone(scene, strip) as (copy, twin), tempfile.TemporaryDirectory() as folder:
        code, played = Path(folder, "code.wav"), Path(folder, "played.wav")
        # As long as the sound: 5.0 stretches the retiming over another length.
        code.write_bytes(time_code.encoded(seconds))
        sound = bpy.data.sounds.load(str(code))
        try:
            twin.sound = sound
            if bpy.app.version >= (5, 1, 0):
                twin.pitch_correction = False  # slower than the sound itself, and no other timing
            mixdown.write(
                copy, strip.name, played, rate=_RATE, channels="STEREO", sample_format="F32"
            )
        finally:
            bpy.data.sounds.remove(sound)
        frames = _at_frames(played.read_bytes(), timing)
    try:
        times = time_code.decoded(frames, seconds, 1.0 / timing.fps)
    except ValueError as error:
        raise StripError(
            f'Strip "{strip.name}" plays nothing of its sound in frames {timing.left_handle} to '
            f"{timing.right_handle - 1}: move its handles over the sound."
        ) from error
    handles = np.arange(timing.left_handle, timing.right_handle + 1)
    plain = np.array([timing.source_time(frame) for frame in handles])
    if np.abs(times - plain).max() < 0.5 / timing.fps:
        return timing
    return replace(timing, warp=tuple(np.round(times, 6).tolist()))


def mixed_down(scene, strip) -> tuple[SoundSource, StripTiming]:
    """What a strip plays, as a packed WAV that begins at its left handle, and its timing.

    Raises:
        StripError: Blender cannot play it.
    """
    timing = sequencer_api.strip_timing(scene, strip)
    with mixdown.alone(scene, strip) as (copy, _), tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "played.wav")
        mixdown.write(
            copy, strip.name, path, rate=SAMPLE_RATE, channels="MONO", sample_format="S16"
        )
        source = SoundSource(f"{strip.name}.wav", path.read_bytes())
    placed = replace(
        timing, content_start=timing.left_handle, content_trim_start=0.0, sound_offset=0.0
    )
    return source, placed


def _at_frames(wav: bytes, timing: StripTiming) -> np.ndarray:
    """Samples of a float stereo WAV at each frame from left to right handle, float32 [F, 2]."""
    begin = wav.index(b"data") + 8
    length = (len(wav) - begin) // 8 * 8
    stereo = np.frombuffer(wav, "<f4", length // 4, begin).reshape(-1, 2)
    frames = timing.right_handle - timing.left_handle
    samples = np.round(np.arange(frames + 1) * _RATE / timing.fps).astype(int)
    samples[-1] -= 16  # at the right handle itself the strip is already silent
    return stereo[np.minimum(samples, len(stereo) - 1)]
