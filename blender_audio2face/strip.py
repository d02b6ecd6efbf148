"""From the sequencer to a strip plan: which sound strip, and can its timing be known exactly."""

from pathlib import Path

import bpy

from . import sequencer_api
from .errors import StripError
from .plan import SoundSource, StripPlan


def find_strip(context, name: str):
    """The sound strip to speak from, and its scene.

    Args:
        context: gives the scenes to look in.
        name: a strip's name; empty for the active strip, or the only one there is.

    Returns:
        (scene, strip).

    Raises:
        StripError: there is none.
    """
    scenes = sequencer_api.sequencer_scenes(context)
    if name:
        for scene in scenes:
            for strip in sequencer_api.sound_strips(scene):
                if strip.name == name:
                    return scene, strip
        raise StripError(f'There is no sound strip named "{name}": choose another in the panel.')
    for scene in scenes:
        strip = sequencer_api.active_sound_strip(scene)
        if strip is not None:
            return scene, strip
    every = [(scene, strip) for scene in scenes for strip in sequencer_api.sound_strips(scene)]
    if len(every) == 1:
        return every[0]
    if every:
        raise StripError(
            f"No sound strip is active and there are {len(every)}: choose one in the panel."
        )
    raise StripError(
        "There is no sound strip: add the speech in the Video Sequencer (Add > Sound)."
    )


def plan_strip(scene, strip) -> StripPlan:
    """Reads a sound strip.

    Raises:
        StripError: it is silent, empty, retimed, or its file is missing.
    """
    check_strip(scene, strip)
    source = _source(strip)
    if sequencer_api.is_retimed(strip):
        raise StripError(
            f'Strip "{strip.name}" is retimed, which cannot be followed exactly: remove its '
            "retiming keys, or mix it down (Render > Render Audio) and use that sound."
        )
    return StripPlan(strip.name, source, sequencer_api.strip_timing(scene, strip))


def check_strip(scene, strip) -> None:
    """Raises StripError for a strip that is silent or empty; does not look at files."""
    muted = sequencer_api.muted_by(scene, strip)
    if muted is not None:
        raise StripError(f'Strip "{strip.name}" is silent, {muted}: unmute it.')
    if strip.sound is None:
        raise StripError(f'Strip "{strip.name}" has no sound: choose its file in the sequencer.')
    timing = sequencer_api.strip_timing(scene, strip)
    if timing.right_handle <= timing.left_handle:
        raise StripError(f'Strip "{strip.name}" is zero frames long: drag its handles apart.')


def check_same_rate(scene, animated) -> None:
    """Raises StripError when the face's scene runs at another frame rate than the strip's."""
    rates = [one.render.fps / one.render.fps_base for one in (scene, animated)]
    if rates[0] != rates[1]:
        raise StripError(
            f'Scene "{scene.name}" with the strip runs at {rates[0]:.6g} fps and "{animated.name}" '
            f"with the face at {rates[1]:.6g}: set both to the same frame rate."
        )


def _source(strip) -> SoundSource:
    sound = strip.sound
    label = bpy.path.basename(sound.filepath) or sound.name
    if sound.packed_file is not None:
        return SoundSource(label, sound.packed_file.data)
    path = bpy.path.abspath(sound.filepath, library=sound.library)
    if not Path(path).is_file():
        raise StripError(
            f'The sound file of strip "{strip.name}" is missing ({path}): find it with '
            "File > External Data > Find Missing Files."
        )
    return SoundSource(label, path)
