"""Plays scenes into files: a sound of clicks, and the frames at which a mixdown clicks."""

import importlib
import tempfile
from pathlib import Path

import bpy
import numpy as np
import pytest

from tests.support.scenes import HAS_SOUND, read_wav, write_wav

CLICKS = np.array([0.12, 0.5, 1.25, 2.0, 3.1, 4.4, 5.7])
"""Seconds of the clicks."""

RATE = 48000


def _plays_into_files() -> bool:
    """Whether this Blender's mixdown writes sound."""
    if not HAS_SOUND:
        return False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "mix.wav")
        bpy.ops.sound.mixdown(filepath=str(path), container="WAV", codec="PCM", format="S16")
        return path.is_file() and path.stat().st_size > 1000


needs_mixdown = pytest.mark.skipif(
    not _plays_into_files(), reason="this Blender's mixdown writes no sound"
)


def clicking() -> np.ndarray:
    """Six seconds with a click of one millisecond at each of CLICKS, at RATE."""
    samples = np.zeros(6 * RATE)
    for at in CLICKS:
        samples[round(at * RATE) :][:48] = 0.9
    return samples


def write_clicks(path: Path) -> Path:
    return write_wav(path, clicking(), RATE)


def mixdown(folder: Path) -> np.ndarray:
    """Samples [N] that Blender plays from the scene's first frame on, at RATE."""
    path = folder / "mix.wav"
    bpy.ops.sound.mixdown(
        filepath=str(path), container="WAV", codec="PCM", format="S16", mixrate=RATE
    )
    samples, rate = read_wav(path)
    assert rate == RATE
    return samples[:, 0]


def samples_of(audio, plan) -> np.ndarray:
    """The decoded samples [N] of a strip at 16 kHz, without the release."""
    heard = np.concatenate(list(audio.strip_blocks(plan, 16000, audio.DECODERS)))
    return heard[: round(plan.timing.source_duration * 16000)]


def frames_heard(folder: Path) -> np.ndarray:
    """Frames at which Blender's own mixdown of the scene clicks."""
    render = bpy.context.scene.render
    starts = onsets(mixdown(folder), RATE, 0.1)
    return bpy.context.scene.frame_start + starts * render.fps / render.fps_base


def frames_planned(timing) -> np.ndarray:
    """Frames at which a strip's timing says that CLICKS are heard."""
    frames = np.arange(timing.left_handle, timing.right_handle, 0.01)
    times = np.array([timing.source_time(frame) for frame in frames])
    heard = (times[0] <= CLICKS) & (times[-1] >= CLICKS)
    return np.interp(CLICKS[heard], times, frames)


def onsets(samples: np.ndarray, rate: int, threshold: float) -> np.ndarray:
    """Seconds at which samples [N] become louder than the threshold after 50 ms below it."""
    loud = np.flatnonzero(np.abs(samples) > threshold)
    return loud[np.insert(np.diff(loud) > rate // 20, 0, True)[: len(loud)]] / rate


def in_sequencer() -> dict:
    """Arguments of ``temp_override`` for operators of the sequencer."""
    window = bpy.context.window_manager.windows[0]
    area = window.screen.areas[0]
    area.type = "SEQUENCE_EDITOR"
    if bpy.app.version >= (5, 0, 0):
        window.workspace.sequencer_scene = bpy.context.scene
    return {"window": window, "area": area, "region": area.regions[-1]}


def retime(strip, frame: int, speed: float) -> None:
    """As an artist does it in the sequencer; retiming_keys.add() crashes some releases."""
    strip.select = True
    bpy.context.scene.sequence_editor.active_strip = strip
    with bpy.context.temp_override(**in_sequencer()):
        bpy.ops.sequencer.retiming_key_add(timeline_frame=frame)
        bpy.ops.sequencer.retiming_segment_speed_set(speed=speed)


def moved_only(strips, old, new) -> bool:
    """Whether the curves of one strip plan serve another; ``strips`` is the extension's module."""
    package = strips.__name__.rpartition(".scene")[0]
    segment_of_strip = importlib.import_module(
        f"{package}.core.sound.sound_segment"
    ).segment_of_strip
    return segment_of_strip(new).offset_in(segment_of_strip(old)) is not None
