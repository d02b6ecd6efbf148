"""A face shows what a bake would key, wherever the playhead stands, before anything is keyed.

A thread listens to the voice once (``preview_listener``); at each change of the frame the face
shows its values of it (``apply.Hold``), so it also speaks while the sequencer plays. Dials, the
mapping and moved strips act without a second hearing. Nothing of it is kept in the file.

A Preview hooks itself into Blender's handlers, and those lists are the only list of Previews there
is. It keeps nothing of Blender's that undo could take away. Whoever ends its Hold, as loading a
file and baking do, ends it too.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import bpy

from ...model.errors import A2FError, memory_errors_reported
from ..bake.request import BakeRequest
from ..core.compose import FacePlan, no_progress
from ..core.target_plan import TargetPlan
from ..errors import PlanError
from ..scene import speaker_settings
from ..scene.face_plan import objects_with_uids, plan_face
from ..scene.redraw import redraw_sidebars
from ..scene.resolve_sound import plan_selection
from ..scene.speakers import speaker_of
from ..scene.strip_fingerprint import strip_fingerprint
from .apply import Hold
from .preview_frames import NO_FRAMES, FaceFrames
from .preview_listener import Listener, Order, PreviewJob
from .wire import sender

_TICK = 0.05
"""Seconds from one look at the scene, and at the thread, to the next."""

_DRAWN_STEP = 0.01
"""Progress after which the panel is drawn anew."""


class Preview:
    """The preview of one face, until ``end``.

    Attributes:
        trouble: why nothing is shown at present, in a sentence; None where all is well.
        job: what listens; None when all was heard.
    """

    def __init__(self, request: BakeRequest, weights: Path | None) -> None:
        """Begins to listen, and to show. Without a window it listens to the end at once.

        Raises:
            StripError: a strip cannot be read.
            PlanError: nothing would move, or the face is moved in real time by something else.
        """
        self.trouble: str | None = None
        self.job: PreviewJob | None = None
        self._request = request
        scene = self._scene()
        face = self._face(scene)
        self._strips = plan_selection(request.selection)
        self._glimpse = strip_fingerprint(request.selection)
        self._listener = Listener(Order(self._strips, face), weights, scene.frame_current_final)
        self._changed = False
        self._drawn = 0.0
        self._shown: tuple[FaceFrames, float] | None = None
        self._plans: tuple[TargetPlan, ...] = face.plans
        self._hold = Hold(face.plans, self.end)
        for handlers, handler in self._handlers():
            handlers.append(handler)  # after those of the Hold: what it finds is not yet ours
        self._follow()
        redraw_sidebars()
        if has_window():
            bpy.app.timers.register(self._tick)

    @property
    def object_uids(self) -> frozenset[int]:
        """session_uids of the face's objects."""
        return frozenset(self._request.object_uids)

    def end(self) -> None:
        """Gives the face back as it was. Does nothing the second time."""
        for handlers, handler in self._handlers():
            if handler in handlers:
                handlers.remove(handler)
        if bpy.app.timers.is_registered(self._tick):
            bpy.app.timers.unregister(self._tick)
        if self.job is not None:
            self.job.cancel()
        self._hold.restore()
        redraw_sidebars()

    def _handlers(self) -> tuple[tuple[list, Callable], ...]:
        handlers = bpy.app.handlers
        return (
            (handlers.undo_post, self._after_undo),
            (handlers.redo_post, self._after_undo),
            (handlers.depsgraph_update_post, self._after_update),
            (handlers.frame_change_post, self._after_frame),
        )

    def _after_undo(self, *_) -> None:
        self._changed = True

    def _after_update(self, _scene, depsgraph) -> None:
        """A dial, or anything else of the scene, may have changed."""
        self._changed = self._changed or depsgraph.id_type_updated("SCENE")

    def _after_frame(self, scene, *_) -> None:
        if threading.current_thread() is not threading.main_thread():
            return  # a render's
        if scene.session_uid != self._request.scene_uid:
            return
        if has_window():
            self._show(scene)
        else:
            self._follow()

    def _tick(self) -> float | None:
        """Blender's timer."""
        self._follow()
        return _TICK if self in previews() else None

    def _follow(self) -> None:
        """Brings what is shown up to date with the scene and with what was heard."""
        try:
            scene = self._scene()
            try:
                with memory_errors_reported():
                    self._look_again(scene)
                    self._see_to_the_job()
            except A2FError as error:
                self.trouble = str(error)
                redraw_sidebars()
            if self._shown != (self._wanted(), scene.frame_current_final):
                self._show(scene)
        except BaseException as error:
            self.end()
            if not isinstance(error, _GoneError):
                raise

    def _look_again(self, scene) -> None:
        """Orders anew what is to be shown, where the scene changed."""
        seen = strip_fingerprint(self._request.selection)
        if seen == self._glimpse and not self._changed:
            return
        self._changed = False
        if seen != self._glimpse:
            self._glimpse, self._strips = seen, ()
        face = self._face(scene)
        self._strips = self._strips or plan_selection(self._request.selection)
        order = Order(self._strips, face)
        if order != self._listener.order:
            self._listener.order = order
        self.trouble = None

    def _see_to_the_job(self) -> None:
        """Starts the thread where there is something to do; raises what went wrong in it."""
        if self.trouble is not None:
            return
        if not has_window():
            if not self._listener.up_to_date:
                self._listener.work(no_progress)
            return
        if self.job is not None:
            if not self.job.done:
                self._draw_progress(self.job.progress)
                return
            done, self.job = self.job, None
            redraw_sidebars()
            done.result()
        if not self._listener.up_to_date:
            self._drawn = 0.0
            self.job = PreviewJob(self._listener.work)
            self.job.start()

    def _draw_progress(self, progress: float) -> None:
        if progress - self._drawn >= _DRAWN_STEP:
            self._drawn = progress
            redraw_sidebars()

    def _wanted(self) -> FaceFrames:
        """What is to be shown at present."""
        return NO_FRAMES if self.trouble is not None else self._listener.frames

    def _show(self, scene) -> None:
        """Shows the frame of the playhead, or gives the face its own where there is nothing."""
        frame = scene.frame_current_final
        self._listener.playhead = frame
        frames = self._wanted()
        self._shown = frames, frame
        columns = frames.at(frame)
        if columns is None:
            self._hold.rest()
            return
        if frames.plans != self._plans:
            self._hold.rest()
            if [one.uid for one in frames.plans] != [one.uid for one in self._plans]:
                self._hold_anew(frames.plans)
            self._plans = frames.plans
        self._hold.put(columns)
        sender.show(time.monotonic(), frames.heard_names, frames.heard_at(frame))

    def _hold_anew(self, plans: tuple[TargetPlan, ...]) -> None:
        self._hold.restore()
        self._hold = Hold(plans, self.end)
        mine = bpy.app.handlers.frame_change_post
        mine.remove(self._after_frame)
        mine.append(self._after_frame)

    def _scene(self):
        """The face's scene. Raises _GoneError without it, or without its face."""
        objects = objects_with_uids(self._request.object_uids)
        for scene in bpy.data.scenes:
            is_its = scene.session_uid == self._request.scene_uid
            if is_its and any(scene.objects.get(obj.name) == obj for obj in objects):
                return scene
        raise _GoneError("The face is gone: select another one.")

    def _face(self, scene) -> FacePlan:
        """What moves, and how, as it is set now; the speaker may have been made meanwhile."""
        objects = objects_with_uids(self._request.object_uids)
        speaker = speaker_of(scene, objects[0])
        plans, _ = plan_face(objects, speaker, check_effect=False)
        return FacePlan(plans, speaker_settings.keying_settings(speaker, scene))


class _GoneError(PlanError):
    """There is no face any more to show anything on."""


def has_window() -> bool:
    """Whether Blender's timers fire, so that a thread may listen meanwhile."""
    return not bpy.app.background


def previews() -> list[Preview]:
    """All that are shown now."""
    owners = [getattr(one, "__self__", None) for one in bpy.app.handlers.frame_change_post]
    return [owner for owner in owners if isinstance(owner, Preview)]


def preview_of(object_uids: frozenset[int]) -> Preview | None:
    """The preview of a face, by any of its objects."""
    return next((one for one in previews() if one.object_uids & object_uids), None)
