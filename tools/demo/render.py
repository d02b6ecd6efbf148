"""Render the film with its sound, and stills."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import bpy

from .scene import CLOSE_UP_SIZE, FILM_SIZE

FILM_SAMPLES, STILL_SAMPLES = 4, 16


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the renderer's lines (several for each frame, written by C++) off the terminal."""
    sys.stdout.flush()
    terminal = os.dup(1)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(terminal, 1)
        os.close(terminal)


@contextlib.contextmanager
def progress(scene: bpy.types.Scene) -> Iterator[None]:
    """Say now and then how far the film is."""

    def tell(scene: bpy.types.Scene, *_: object) -> None:
        if scene.frame_current % 20 == 0:
            print(f"  frame {scene.frame_current} of {scene.frame_end}", file=sys.stderr)

    bpy.app.handlers.render_post.append(tell)
    try:
        yield
    finally:
        bpy.app.handlers.render_post.remove(tell)


def set_film_output(scene: bpy.types.Scene, path: Path) -> None:
    """Make the scene render to an MP4 file: H.264 with the timeline's sound as AAC."""
    render = scene.render
    render.resolution_x = render.resolution_y = FILM_SIZE
    render.image_settings.file_format = "FFMPEG"
    render.filepath = str(path)
    render.use_file_extension = False
    film = render.ffmpeg
    film.format, film.codec = "MPEG4", "H264"
    film.constant_rate_factor, film.ffmpeg_preset, film.gopsize = "HIGH", "GOOD", 24
    film.audio_codec, film.audio_bitrate = "AAC", 128
    film.audio_channels = "MONO"
    scene.cycles.samples = FILM_SAMPLES


def render_film(scene: bpy.types.Scene, path: Path) -> None:
    """Render all frames of the scene to `path`."""
    set_film_output(scene, path)
    with quiet(), progress(scene):
        bpy.ops.render.render(animation=True)


def render_still(scene: bpy.types.Scene, camera: bpy.types.Object, frame: int, path: Path) -> None:
    """Render one frame through `camera` to a PNG file, then give the scene its camera back."""
    render, film_camera = scene.render, scene.camera
    render.image_settings.file_format = "PNG"
    render.resolution_x, render.resolution_y = CLOSE_UP_SIZE
    render.filepath = str(path)
    scene.cycles.samples = STILL_SAMPLES
    scene.camera = camera
    scene.frame_set(frame)
    with quiet():
        bpy.ops.render.render(write_still=True)
    scene.camera = film_camera
