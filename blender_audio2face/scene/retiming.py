"""Has Blender play a single strip: to measure its timing when retimed, or to mix down a scene.

Muting and moving happen in a copy of the scene, which is removed afterwards; the artist's scene is
never changed. ``sound.mixdown`` works in background mode too.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import bpy
import numpy as np

from ...model.framing import SAMPLE_RATE
from ..core.sound import calibration_signal
from ..core.sound.strip_plan import SoundSource
from ..core.sound.strip_timing import StripTiming
from ..errors import StripError
from . import sequencer_api

_HEADER = 128
"""Bytes; the size of a WAV without sound is at most this."""

_HEADROOM = 0.5
"""Volume of the isolated strip, as a mono mixdown adds the channels up."""


@contextmanager
def isolated_strip(scene, strip) -> Iterator[tuple]:
    """(copy of the scene, the strip in it): only this strip plays, at a constant volume.

    The copy's frame range is the strip's, moved to begin at 0 if it began before.
    """
    copy = scene.copy()
    try:
        copy.animation_data_clear()
        _empty(copy.collection)  # only the sequencer has to be evaluated
        every = sequencer_api.all_strips(copy)
        twin = next(other for other in every if other.name == strip.name)
        twin_and_parents = sequencer_api.strip_and_parents(twin)
        for other in every:
            other.mute = other not in twin_and_parents
        for other in twin_and_parents:
            if hasattr(other, "volume"):  # meta strips have it from 5.0 on
                other.volume = _HEADROOM if other == twin else 1.0
        timing = sequencer_api.strip_timing(copy, twin)
        shift = max(-timing.left_handle, 0)
        if shift:  # a scene has no frames below 0
            sequencer_api.move_content(twin_and_parents[-1], shift)
        copy.frame_start = timing.left_handle + shift
        copy.frame_end = timing.right_handle + shift - 1
        copy.audio_volume = 1.0
        yield copy, twin
    finally:
        bpy.data.scenes.remove(copy)


def _mix_down(copy, name: str, path: Path, *, rate: int, channels: str, sample_format: str) -> None:
    """Plays a scene's frames into a WAV.

    Args:
        copy: of ``isolated_strip``.
        name: the strip's, for the message.
        path: the file to write.
        rate: samples per second.
        channels: "MONO" or "STEREO".
        sample_format: "S16" or "F32".

    Raises:
        StripError: Blender cannot, or reports success without writing sound (Debian's 5.2).
    """
    reason = "it wrote no sound"
    try:
        with bpy.context.temp_override(scene=copy, view_layer=copy.view_layers[0]):
            bpy.ops.sound.mixdown(
                filepath=str(path),
                check_existing=False,
                relative_path=False,
                container="WAV",
                codec="PCM",
                format=sample_format,
                mixrate=rate,
                channels=channels,
            )
    except RuntimeError as error:
        reason = str(error).strip()
    if not path.is_file() or path.stat().st_size <= _HEADER:
        raise StripError(
            f'Blender cannot play strip "{name}" into a file ({reason}): mix it down yourself, '
            "in another Blender (Render > Render Audio), and use that sound."
        )


def _empty(collection) -> None:
    for child in tuple(collection.children):
        collection.children.unlink(child)
    for obj in tuple(collection.objects):
        collection.objects.unlink(obj)


_RATE = 48000
"""Rate of the calibration signal's mixdown. Blender changes speed at the next buffer of 1024
samples; at this rate it does so where the artist's own mixdown would."""


def retimed(scene, strip, timing: StripTiming, seconds: float) -> StripTiming:
    """The measured timing of a strip that may play at another speed than its sound.

    Args:
        scene: the strip's scene.
        strip: a sound strip.
        timing: its placement.
        seconds: length of its sound.

    Returns:
        ``timing`` with its warp; without a warp if the speed turns out to be the sound's own.

    Raises:
        StripError: nothing of the sound is in the strip's frames, or Blender cannot play it.
    """
    times = _measured(scene, strip, timing, seconds)
    handles = np.arange(timing.left_handle, timing.right_handle + 1)
    plain = np.array([timing.source_time(frame) for frame in handles])
    if np.abs(times - plain).max() < 0.5 / timing.fps:
        return timing
    return replace(timing, warp=tuple(np.round(times, 6).tolist()))


def of_film(scene, strip, timing: StripTiming, seconds: float) -> StripTiming:
    """The timing of the sound of a film, which Blender plays up to a frame beside the strip where
    it begins between two frames of the film; no property tells. Takes what ``retimed`` does.
    """
    handles = np.arange(timing.left_handle, timing.right_handle + 1)
    plain = np.array([timing.source_time(frame) for frame in handles])
    audible = np.flatnonzero((plain >= 0.0) & (plain < seconds))
    if len(audible) < _MEASURED:
        return timing
    first = int(audible[0])
    begin = timing.left_handle + first
    part = replace(timing, left_handle=begin, right_handle=begin + _MEASURED - 1)
    try:
        times = _measured(scene, strip, part, seconds)
    except StripError:  # this Blender plays nothing into files: up to a frame beside is no reason
        return timing  # to refuse
    beside = float(np.median(plain[first : first + _MEASURED] - times))
    return replace(timing, sound_offset=round(timing.sound_offset + beside, 4))


_MEASURED = 12
"""Frames at which the sound of a film is measured."""


def _measured(scene, strip, timing: StripTiming, seconds: float) -> np.ndarray:
    """Seconds of its sound that a strip plays at each frame from left to right handle, float [F].

    Raises StripError as ``retimed`` does.
    """
    with isolated_strip(scene, strip) as (copy, twin), tempfile.TemporaryDirectory() as folder:
        signal, played = Path(folder, "signal.wav"), Path(folder, "played.wav")
        # As long as the sound: 5.0 stretches the retiming over another length.
        signal.write_bytes(calibration_signal.encoded(seconds))
        sound = strip.sound.copy()  # keeps what no property tells
        try:
            if sound.packed_file is not None:
                sound.unpack(method="REMOVE")
            sound.filepath = str(signal)
            twin.sound = sound
            if bpy.app.version >= (5, 1, 0):
                twin.pitch_correction = False  # slow, and does not change the timing
            # Moved as the copy was, so that no frame is below 0.
            shift = copy.frame_start - sequencer_api.strip_timing(scene, strip).left_handle
            copy.frame_start = timing.left_handle + shift
            copy.frame_end = timing.right_handle + shift - 1
            _mix_down(copy, strip.name, played, rate=_RATE, channels="STEREO", sample_format="F32")
        finally:
            bpy.data.sounds.remove(sound)
        frames = _at_frames(played.read_bytes(), timing)
    try:
        return calibration_signal.decoded(frames, seconds, 1.0 / timing.fps)
    except ValueError as error:
        raise StripError(
            f'Strip "{strip.name}" plays nothing of its sound in frames {timing.left_handle} to '
            f"{timing.right_handle - 1}: move its handles over the sound."
        ) from error


def mixed_down(scene, strip, *, stereo: bool) -> tuple[SoundSource, StripTiming]:
    """The sound that a strip plays, as a packed WAV from its left handle on, and its timing.

    ``stereo`` keeps left and right apart.

    Raises:
        StripError: Blender cannot play it.
    """
    timing = sequencer_api.strip_timing(scene, strip)
    with isolated_strip(scene, strip) as (copy, _), tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "played.wav")
        channels = "STEREO" if stereo else "MONO"
        _mix_down(copy, strip.name, path, rate=SAMPLE_RATE, channels=channels, sample_format="S16")
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
