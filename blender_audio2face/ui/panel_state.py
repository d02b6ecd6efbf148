"""What the panels show beyond plain properties, worked out between redraws.

Blender redraws a sidebar for every mouse move over it. Whether Bake can run, what hides the result
and which naming fits take planning and a look at files, so a timer works them out: after the scene
changed or a panel was drawn, at most four times a second, not during playback, and only for windows
that show our tab. Drawing reads the last ``PanelState``; sidebars are redrawn only where it
changed. Timers never fire in background mode, where ``refresh`` can be called.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ...model.errors import A2FError
from ..core import background_job
from ..errors import PresetError, StripError
from ..scene.face_objects import chosen_objects, has_shape_keys
from ..scene.redraw import redraw_sidebars, shows_our_tab
from ..scene.speakers import members_of, shown_speaker
from ..scene.weights_path import chosen_weights

if TYPE_CHECKING:
    from ..diagnostics.hidden_results import HiddenResult

_SHORTEST_WAIT = 0.02
_INTERVAL = 0.25
"""Least seconds between two refreshes."""
_LARGEST_SHARE = 0.05
"""Of the main thread's time that refreshing may take, however large the scene."""


@dataclass(frozen=True)
class PanelState:
    """What one window's panels show.

    Attributes:
        subject: (session_uid of the scene, name of the shown speaker or ""); None before the first
            refresh.
        bake_refusal: why Bake cannot run; empty where it can.
        hidden: what hides the shown speaker's bake.
        strays: sentences about what is baked onto the face and is no speaker's.
        face_names: the objects of the face, comma-separated.
        parts: the objects of the face, each by its name, without those taken out of use.
        has_shape_keys, has_armature: whether one of those objects has, or is one.
        naming: how well the names of the face fit a preset; empty where that does not matter.
        names_known: whether they fit any.
        preset_label: of the preset that the speaker uses; empty where it is automatic.
        sound_names: what Bake takes: strips, or a file; empty where that is refused.
        scene_has_face, scene_has_sound: whether the demo head, its sentence and Add Sound are
            what an empty scene needs.
    """

    subject: tuple[int, str] | None = None
    bake_refusal: str = ""
    hidden: "tuple[HiddenResult, ...]" = ()
    strays: tuple[str, ...] = ()
    face_names: str = ""
    parts: tuple[str, ...] = ()
    has_shape_keys: bool = False
    has_armature: bool = False
    naming: str = ""
    names_known: bool = True
    preset_label: str = ""
    sound_names: str = ""
    scene_has_face: bool = True
    scene_has_sound: bool = True


_UNKNOWN_NAMES = "The names say nothing: choose a preset, or let the shapes be guessed."
_UNKNOWN = PanelState()
_states: dict[int, PanelState] = {}
"""By window; the key without a window is 0."""
_refreshed_at = float("-inf")
_seconds_taken = 0.0


def read(context) -> PanelState:
    """The last state of the context's window; asks for a newer one.

    Before the first refresh, and while another speaker is shown than at the last one, the state
    says nothing: its ``subject`` is None.
    """
    request_refresh()
    state = _states.get(_window_key(context), _UNKNOWN)
    return state if state.subject == _subject(context) else _UNKNOWN


def refresh(context) -> bool:
    """Works out the state of the context's window; whether it is another than before."""
    key = _window_key(context)
    before = _states.get(key)
    _states[key] = _state_of(context)
    return _states[key] != before


def request_refresh() -> None:
    """Has the state worked out again soon, for the windows that show it."""
    if bpy.app.background or bpy.app.timers.is_registered(_refresh_windows):
        return
    pause = max(_INTERVAL, _seconds_taken / _LARGEST_SHARE)
    wait = max(_SHORTEST_WAIT, _refreshed_at + pause - time.monotonic())
    bpy.app.timers.register(_refresh_windows, first_interval=wait)


def _refresh_windows() -> None:
    """The timer. It ends each time; the next change or redraw starts it again."""
    global _refreshed_at, _seconds_taken
    windows = list(bpy.context.window_manager.windows)
    playing = any(window.screen.is_animation_playing for window in windows)
    if playing or any(job.stepping for job in background_job.running()):
        return
    windows = [window for window in windows if any(map(shows_our_tab, window.screen.areas))]
    if not windows:
        return
    start, changed = time.monotonic(), False
    for window in windows:
        with bpy.context.temp_override(window=window):
            changed |= refresh(bpy.context)
    _refreshed_at = time.monotonic()
    _seconds_taken = _refreshed_at - start
    if changed:
        redraw_sidebars()


def _state_of(context) -> PanelState:
    from ..diagnostics.hidden_results import find_hidden_results
    from ..scene import sequencer_api

    speaker = shown_speaker(context)
    objects = members_of(speaker) if speaker is not None else chosen_objects(context)
    shapes = any(map(has_shape_keys, objects))
    naming = ""
    if speaker is None or not len(speaker.links):
        preset_id = speaker.preset or None if speaker is not None else None
        naming = _naming(objects, preset_id) if shapes else _bone_naming(objects)
    scenes = sequencer_api.sequencer_scenes(context)
    return PanelState(
        subject=_subject(context),
        bake_refusal=_bake_refusal(context, speaker),
        hidden=find_hidden_results(speaker) if speaker is not None and len(speaker.takes) else (),
        strays=_strays(speaker, objects),
        face_names=", ".join(obj.name for obj in objects),
        parts=tuple(obj.name for obj in objects),
        has_shape_keys=shapes,
        has_armature=any(obj.type == "ARMATURE" for obj in objects),
        naming=naming,
        names_known=naming != _UNKNOWN_NAMES,
        preset_label=_preset_label(speaker.preset) if speaker is not None else "",
        sound_names=_sound_names(context, speaker),
        scene_has_face=any(map(has_shape_keys, context.scene.objects)),
        scene_has_sound=any(map(sequencer_api.sound_strips, scenes)),
    )


def _strays(speaker, objects: list) -> tuple[str, ...]:
    """Sentences about bakes on a face that no speaker has."""
    from ..scene.face_plan import animated_datablocks

    if all(datablock.animation_data is None for datablock in animated_datablocks(objects)):
        return ()
    from ..bake.earlier_bakes import of_nobody

    return tuple(bake.sentence for bake in of_nobody(speaker, objects).values())


def _bake_refusal(context, speaker) -> str:
    from ..bake.request import request_for

    try:
        request_for(context, speaker.name if speaker is not None else "", {})
        chosen_weights(context.scene.audio2face.weights)
    except A2FError as error:
        return str(error)
    return ""


def _naming(objects: list, preset_id: str | None) -> str:
    """How well the names of the face fit a preset, or the best of all, in words."""
    from ..scene.face_plan import fitting_presets

    fits = (fit for fit in fitting_presets(objects) if preset_id in (None, fit.preset.id))
    best = next(fits, None)
    if best is None:
        return _UNKNOWN_NAMES
    count = len(best.found) + len(best.missing)
    return f"{best.preset.label}: {len(best.found)} of {count} controls, fits {best.score:.0%}"


def _bone_naming(objects: list) -> str:
    if not any(obj.type == "ARMATURE" for obj in objects):
        return ""
    from ..scene.face_plan import fitting_bones

    preset = fitting_bones(objects)
    return preset.label if preset is not None else ""


def _preset_label(preset_id: str) -> str:
    from ..core.rigs.preset import preset_with_id

    if not preset_id:
        return ""
    try:
        return preset_with_id(preset_id).label
    except PresetError:
        return preset_id


def _sound_names(context, speaker) -> str:
    from ..core.sound.sound_selection import SoundFile
    from ..scene.resolve_sound import scene_of, sound_selection_of
    from ..scene.strips import chosen_strips

    try:
        selection = sound_selection_of(context, speaker, {})
        if isinstance(selection.selector, SoundFile):
            return bpy.path.basename(selection.selector.path)
        names = [strip.name for strip in chosen_strips(scene_of(selection), selection.selector)]
    except StripError:
        return ""  # the Bake button says why
    more = f" and {len(names) - 3} more" if len(names) > 3 else ""
    return ", ".join(names[:3]) + more


def _subject(context) -> tuple[int, str]:
    speaker = shown_speaker(context)
    return context.scene.session_uid, speaker.name if speaker is not None else ""


def _window_key(context) -> int:
    window = getattr(context, "window", None)
    return window.as_pointer() if window is not None else 0


@bpy.app.handlers.persistent
def _on_update(_scene, depsgraph) -> None:
    if depsgraph.mode == "VIEWPORT":  # a render has its own, in another thread
        request_refresh()


@bpy.app.handlers.persistent
def _on_event(*_) -> None:
    request_refresh()


@bpy.app.handlers.persistent
def _on_load(*_) -> None:
    _states.clear()  # windows are other ones now
    request_refresh()


_HANDLERS: tuple[tuple[list, Callable], ...] = (
    (bpy.app.handlers.depsgraph_update_post, _on_update),
    (bpy.app.handlers.undo_post, _on_event),
    (bpy.app.handlers.redo_post, _on_event),
    (bpy.app.handlers.animation_playback_post, _on_event),
    (bpy.app.handlers.load_post, _on_load),
)


def register() -> None:
    for handlers, handler in _HANDLERS:
        handlers.append(handler)


def unregister() -> None:
    for handlers, handler in _HANDLERS:
        handlers.remove(handler)
    if bpy.app.timers.is_registered(_refresh_windows):
        bpy.app.timers.unregister(_refresh_windows)
    _states.clear()
