"""From the sequencer to strip plans: which sounds to analyse, from where to where, and how loud."""

import math
from dataclasses import replace
from functools import partial
from pathlib import Path

import bpy
import numpy as np

from ..core.sound.decoders import (
    CHOOSE,
    FIND,
    EmptySoundError,
    check_channel,
    check_sound_file,
)
from ..core.sound.samples import sound_seconds
from ..core.sound.sound_selection import Channel, Several, SoundChoice, SoundFile, Strips
from ..core.sound.strip_plan import SoundSource, StripPlan
from ..core.sound.strip_timing import LAST_FRAME, StripTiming
from ..core.sound.volume import Volume
from ..errors import StripError
from . import retiming, sequencer_api
from .frame_map import SAME_FRAMES, FrameMap, frame_map, is_shown, stretched_time
from .kept_paths import absolute, packed_content
from .strip_id import uid_of

_WITHOUT_PICTURES = (
    *(".wav", ".wave", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".aif", ".aiff", ".aifc"),
    *(".au", ".w64", ".caf", ".m4a", ".aac"),
)
"""Suffixes of files that are no films, whose sound begins with the strip."""


def strip_volume(scene, strip, timing: StripTiming, shown: FrameMap = SAME_FRAMES) -> Volume:
    """Volume of a strip times that of the meta strips around it (which have one from 5.0 on).

    Reads keyframes of the scene's active Action; a volume that is driven or animated by the NLA has
    its value at the current frame.

    Args:
        scene: the strip's.
        strip: a sound strip.
        timing: its placement among the face's F-curves.
        shown: the frames of the face's F-curves that the sequencer shows.
    """
    handles = np.arange(timing.left_handle, timing.right_handle + 1)
    # Blender evaluates a strip's volume, too, in the stretched time of its scene.
    frames = stretched_time(scene).frame(shown.of_sequencer(handles))
    gains = np.ones(len(frames))
    for source in _with_volume(strip):
        curve = _volume_curve(scene, source)
        gains *= source.volume if curve is None else [curve.evaluate(frame) for frame in frames]
    return Volume.of(gains)


def _is_volume_zero(scene, strip) -> bool:
    """Whether the volume of a strip, or of a meta strip around it, is 0 without keyframes."""
    return any(
        source.volume == 0.0 and _volume_curve(scene, source) is None
        for source in _with_volume(strip)
    )


def _with_volume(strip) -> list:
    """A strip and the meta strips around it, as far as they have a volume."""
    return [each for each in sequencer_api.strip_and_parents(strip) if hasattr(each, "volume")]


def _volume_curve(scene, strip):
    """The F-curve that animates a strip's volume, or None."""
    animation = scene.animation_data
    if animation is None or animation.action is None:
        return None
    path = strip.path_from_id("volume")
    for curve in _fcurves(animation):
        if curve.data_path == path and not curve.mute and len(curve.keyframe_points) > 0:
            return curve
    return None


def _fcurves(animation) -> list:
    if bpy.app.version < (4, 4, 0):
        return list(animation.action.fcurves)
    slot = animation.action_slot
    if slot is None:
        return []
    bags = [strip.channelbag(slot) for layer in animation.action.layers for strip in layer.strips]
    return [curve for bag in bags if bag is not None for curve in bag.fcurves]


def find_strip(context, name: str):
    """A sound strip, and its scene.

    Args:
        context: gives the scenes to look in.
        name: a strip's name; empty for the active strip, or the only sound strip.

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
        "There is no sound strip: press Add Sound, or add the speech in the Video Sequencer."
    )


def plan_sources(
    scene, selector: SoundChoice, animated=None, channel: int = 0
) -> tuple[StripPlan, ...]:
    """Plans of the chosen sounds.

    Args:
        scene: the scene with the sequencer; for a sound file, with the frame rate.
        selector: strips by name, a channel, a sound file, or several of them.
        animated: the scene with the face; None for the same scene.
        channel: the only channel of each sound that is heard, counted from 1; 0 for all.

    Returns:
        One plan for each sound strip, in the order they play.

    Raises:
        StripError: there is no strip, or a named strip cannot be read. Silent strips of a channel
            are left out, unless all of them are silent.
    """
    if isinstance(selector, SoundFile):
        return (_plan_file(scene, selector, channel),)
    if isinstance(selector, Several):
        found = []
        if selector.strips.names:
            found += plan_sources(scene, selector.strips, animated, channel)
        for file in selector.files:
            found += plan_sources(animated or scene, file, channel=channel)
        return tuple(found)
    chosen = chosen_strips(scene, selector, animated)
    plans = [plan_strip(scene, strip, animated, channel) for strip in chosen]
    return tuple(sorted(plans, key=lambda plan: (plan.timing.left_handle, plan.name)))


def chosen_strips(scene, selector: Strips | Channel, animated=None) -> list:
    """The chosen sound strips, each once. Raises StripError as ``plan_sources`` does."""
    if isinstance(selector, Channel):
        strips = _audible_on(scene, selector.number, animated or scene)
    else:
        strips = [strip for name in selector.names for strip in _named(scene, name)]
    return list(dict.fromkeys(strips))


def plan_strip(scene, strip, animated=None, channel: int = 0) -> StripPlan:
    """The plan of a sound strip, or of a scene strip with sound.

    The timing of a retimed strip is measured by having Blender play a calibration signal instead
    of its sound; a scene strip is mixed down. Both happen in a copy of the scene.

    Args:
        scene: the strip's.
        strip: a sound strip, or a scene strip with sound.
        animated: the scene with the face; None for the same scene.
        channel: the only channel of its sound that is heard, counted from 1; 0 for all.

    Raises:
        StripError: it is silent, empty, its file or the channel is missing, Blender cannot play it,
            or it plays while the face is not shown.
    """
    check_strip(scene, strip)
    timing = sequencer_api.strip_timing(scene, strip)
    if sequencer_api.plays_scene(strip):
        source, timing = retiming.mixed_down(scene, strip, stereo=channel > 0)
        source = replace(source, channel=channel)
    else:
        source = replace(_source(strip), channel=channel)
        length = partial(sound_seconds, source)
        if sequencer_api.is_retimed(strip, length):
            timing = retiming.retimed(scene, strip, timing, length())
        elif Path(source.label).suffix.lower() not in _WITHOUT_PICTURES:
            timing = retiming.of_film(scene, strip, timing, length())
    check_channel(source)
    shown = frame_map(scene, animated or scene, strip.name, timing)
    timing = shown.timing(timing)
    volume = strip_volume(scene, strip, timing, shown)
    if volume.silent:
        raise StripError(f'Strip "{strip.name}" is silent, its volume is 0: raise it.')
    rounding, uid = shown.rounding(timing), uid_of(strip)
    return StripPlan(strip.name, source, timing, volume, uid, rounding, scene.session_uid)


def plan_without_sound(
    scene, strip, analysed: StripTiming, animated=None, channel: int = 0
) -> StripPlan:
    """The plan of a sound strip whose sound need not be read, as it was analysed before.

    Args:
        scene: the strip's.
        strip: plays a sound, not a scene.
        analysed: where its sound was at the analysis; a retimed strip, and one whose frames are
            mapped, has to be as it was then.
        animated: the scene with the face; None for the same scene.
        channel: as for ``plan_strip``.

    Raises:
        StripError: it is silent or empty, or was retimed since.
    """
    check_strip(scene, strip)
    timing = sequencer_api.strip_timing(scene, strip)
    path = path_of_sound(strip)
    retimed = bpy.app.version >= (4, 4, 0) and sequencer_api.is_retimed(strip, lambda: 0.0)
    shown = frame_map(scene, animated or scene, strip.name, timing)
    placed = shown.timing(timing)
    if retimed or (placed.warp is None and analysed.warp is not None):
        frames = timing.right_handle - timing.left_handle
        if analysed.warp is None or frames != analysed.right_handle - analysed.left_handle:
            check_sound_file(path, FIND, strip.name)
        placed = replace(timing, warp=analysed.warp)
    volume = strip_volume(scene, strip, placed, shown)
    source = SoundSource(bpy.path.basename(path), path, channel)
    rounding, uid = shown.rounding(placed), uid_of(strip)
    return StripPlan(strip.name, source, placed, volume, uid, rounding, scene.session_uid)


def path_of_sound(strip) -> str:
    """Absolute path of a sound strip's file; empty where there is none, as for packed sound."""
    sound = getattr(strip, "sound", None)
    if sound is None or sound.packed_file is not None:
        return ""
    return absolute(sound.filepath, sound.library)


def check_strip(scene, strip) -> None:
    """Raises StripError for a strip that is silent or empty; does not look at files."""
    muted = sequencer_api.muted_by(scene, strip)
    if muted is not None:
        raise StripError(f'Strip "{strip.name}" is silent, {muted}: unmute it.')
    if _is_volume_zero(scene, strip):
        raise StripError(f'Strip "{strip.name}" is silent, its volume is 0: raise it.')
    if strip.type == "SOUND" and strip.sound is None:
        raise StripError(f'Strip "{strip.name}" has no sound: choose its file in the sequencer.')
    timing = sequencer_api.strip_timing(scene, strip)
    if timing.right_handle <= timing.left_handle:
        raise StripError(f'Strip "{strip.name}" is zero frames long: drag its handles apart.')


def check_same_rate(scene, animated) -> None:
    """Raises StripError when the face's scene runs at another frame rate than the strip's."""
    rates = [each.render.fps / each.render.fps_base for each in (scene, animated)]
    if rates[0] != rates[1]:
        raise StripError(
            f'Scene "{scene.name}" with the strip runs at {rates[0]:.6g} fps and "{animated.name}" '
            f"with the face at {rates[1]:.6g}: set both to the same frame rate."
        )


def _plan_file(scene, choice: SoundFile, channel: int) -> StripPlan:
    path = absolute(choice.path, scene.library)
    content = packed_content(path)
    if content is None:
        check_sound_file(path, CHOOSE)
    source = SoundSource(bpy.path.basename(path), content or path, channel)
    check_channel(source)
    fps = scene.render.fps / scene.render.fps_base
    frames = math.ceil(sound_seconds(source) * fps - 1e-6)
    if frames < 1:
        raise EmptySoundError(source.label)
    first = choice.first_frame
    if first + frames > LAST_FRAME:
        raise StripError(
            f'Sound file "{source.label}" is {frames} frames long and does not fit on Blender\'s '
            f"timeline, which ends at {LAST_FRAME}: choose another."
        )
    timing = StripTiming(fps, first, 0.0, 0.0, first, first + frames)
    shown = stretched_time(scene)
    timing = shown.timing(timing)
    return StripPlan(
        source.label, source, timing, rounding=shown.rounding(timing), file=choice.path
    )


def plan_file_without_sound(
    scene, choice: SoundFile, analysed: StripTiming, channel: int = 0
) -> StripPlan:
    """The plan of a sound file that need not be read, as it was analysed before."""
    path = absolute(choice.path, scene.library)
    fps = scene.render.fps / scene.render.fps_base
    frames = math.ceil(analysed.source_duration * fps - 1e-3)
    first = choice.first_frame
    shown = stretched_time(scene)
    timing = shown.timing(StripTiming(fps, first, 0.0, 0.0, first, first + frames))
    source = SoundSource(bpy.path.basename(path), path, channel)
    return StripPlan(
        source.label, source, timing, rounding=shown.rounding(timing), file=choice.path
    )


def _named(scene, name: str) -> list:
    """The sound strips with a name, or in the meta strip with that name."""
    for strip in sequencer_api.all_strips(scene):
        if strip.name == name:
            inside = sequencer_api.sound_strips_in(scene, strip)
            if inside:
                return inside
            raise StripError(f'Strip "{name}" plays no sound: choose a sound strip.')
    raise StripError(f'There is no sound strip named "{name}": choose another in the panel.')


def _audible_on(scene, channel: int, animated) -> list:
    """The sound strips on a channel that are not silent, and play while the face's scene is
    shown."""
    strips = [
        strip
        for strip in sequencer_api.sound_strips(scene)
        if sequencer_api.strip_and_parents(strip)[-1].channel == channel
    ]
    if not strips:
        raise StripError(f"Channel {channel} has no sound strip: choose another channel.")
    audible = [strip for strip in strips if not _silent(scene, strip)]
    if not audible:
        raise StripError(f"Every sound strip on channel {channel} is silent: unmute one.")
    shown = [
        strip
        for strip in audible
        if is_shown(scene, animated, sequencer_api.strip_timing(scene, strip))
    ]
    if not shown:
        raise StripError(
            f'No sound strip on channel {channel} of scene "{scene.name}" plays while a scene '
            f'strip shows "{animated.name}": choose another channel, or move the scene strip.'
        )
    return shown


def _silent(scene, strip) -> bool:
    try:
        check_strip(scene, strip)
    except StripError:
        return True
    timing = sequencer_api.strip_timing(scene, strip)
    return strip_volume(scene, strip, timing).silent


def _source(strip) -> SoundSource:
    sound = strip.sound
    label = bpy.path.basename(sound.filepath) or sound.name
    if sound.packed_file is not None:
        return SoundSource(label, bytes(sound.packed_file.data))
    path = path_of_sound(strip)
    check_sound_file(path, FIND, strip.name)
    return SoundSource(label, path)
