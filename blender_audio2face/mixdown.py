"""One strip played by Blender itself, into a file, from a copy of its scene.

All muting and moving happens in the copy, which is gone afterwards: the artist's scene is never
touched. ``sound.mixdown`` works in background mode too.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import bpy

from . import sequencer_api
from .errors import StripError

_HEADER = 128
"""Bytes; no more than a WAV without sound has."""

_HEADROOM = 0.5
"""Volume of the lone strip: a mono mixdown adds the channels up."""


@contextmanager
def alone(scene, strip) -> Iterator[tuple]:
    """(copy of the scene, the strip in it): only this strip plays, at a constant volume, and the
    scene's frames are the strip's, moved to begin at 0 where they began before it."""
    copy = scene.copy()
    try:
        copy.animation_data_clear()
        _empty(copy.collection)  # nothing but the sequencer has to be evaluated
        twin = next(one for one in sequencer_api.all_strips(copy) if one.name == strip.name)
        family = sequencer_api.family(twin)
        for one in sequencer_api.all_strips(copy):
            one.mute = one not in family
        for one in family:
            if hasattr(one, "volume"):  # meta strips have it from 5.0 on
                one.volume = _HEADROOM if one == twin else 1.0
        timing = sequencer_api.strip_timing(copy, twin)
        shift = max(-timing.left_handle, 0)
        if shift:  # a scene has no frames below 0
            sequencer_api.move_content(family[-1], shift)
        copy.frame_start = timing.left_handle + shift
        copy.frame_end = timing.right_handle + shift - 1
        copy.audio_volume = 1.0
        yield copy, twin
    finally:
        bpy.data.scenes.remove(copy)


def write(copy, name: str, path: Path, *, rate: int, channels: str, sample_format: str) -> None:
    """Plays a scene's frames into a WAV.

    Args:
        copy: from ``alone``.
        name: the strip's, for the message.
        path: the file to write.
        rate: samples per second.
        channels: "MONO" or "STEREO".
        sample_format: "S16" or "F32".

    Raises:
        StripError: Blender cannot, or says that it did and wrote no sound (Debian's 5.2).
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
    for one in tuple(collection.objects):
        collection.objects.unlink(one)
