"""A face that shows what a bake would key, wherever the playhead is, before anything is keyed.

A thread analyses the voice once (``core.preview.analyzer``). At each change of the frame the face
shows the values of that frame through a ``FaceOverride``, so it also speaks during playback. Dials,
the mapping and moved strips act without a second analysis. Nothing of it is stored in the file.

A Preview holds no reference that undo could invalidate. Whoever releases its override, as loading a
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
from ..core.preview.analyzer import PreviewAnalyzer, PreviewJob, PreviewPlan
from ..core.preview.frames import NO_FRAMES, FaceFrames
from ..core.streaming.sender import send_frame
from ..core.target_plan import TargetPlan
from ..errors import PlanError
from ..face_override.override import FaceOverride
from ..scene import speaker_settings
from ..scene.face_plan import objects_with_uids, plan_face
from ..scene.redraw import redraw_sidebars
from ..scene.resolve_sound import plan_selection
from ..scene.speakers import speaker_of
from ..scene.strip_fingerprint import strip_fingerprint
from . import shown_previews

_TICK = 0.05
"""Seconds between two checks of the scene and of the thread."""

_PROGRESS_STEP = 0.01
"""Progress after which the panel is redrawn."""


class Preview:
    """The preview of one face, until ``end``.

    Attributes:
        problem: why nothing is shown at present, in a sentence; None where all is well.
        job: analyses the sound; None when that is done.
    """

    def __init__(self, request: BakeRequest, weights: Path | None) -> None:
        """Begins to analyse and to show. Without a window it analyses everything at once.

        Args:
            request: of the bake that is previewed.
            weights: an .npz; None for the bundled network.

        Raises:
            StripError: a strip cannot be read.
            PlanError: nothing would move, or the face is moved in real time by something else.
        """
        self.problem: str | None = None
        self.job: PreviewJob | None = None
        self._request = request
        scene = self._scene()
        face = self._face(scene)
        self._strips = plan_selection(request.selection)
        self._fingerprint = strip_fingerprint(request.selection)
        plan = PreviewPlan(self._strips, face)
        self._analyzer = PreviewAnalyzer(plan, weights, scene.frame_current_final)
        self._changed = False
        self._progress_drawn = 0.0
        self._shown: tuple[FaceFrames, float] | None = None
        self._plans: tuple[TargetPlan, ...] = face.plans
        self._override = FaceOverride(face.plans, self.end)
        for handlers, handler in self._handlers():
            handlers.append(handler)  # after the override's, which save what the animation has set
        shown_previews.add(self)
        self._update()
        redraw_sidebars()
        if has_window():
            bpy.app.timers.register(self._tick)

    @property
    def object_uids(self) -> frozenset[int]:
        """session_uids of the face's objects."""
        return frozenset(self._request.object_uids)

    def end(self) -> None:
        """Ends it: the face is as it was. Does nothing the second time."""
        shown_previews.discard(self)
        for handlers, handler in self._handlers():
            if handler in handlers:
                handlers.remove(handler)
        if bpy.app.timers.is_registered(self._tick):
            bpy.app.timers.unregister(self._tick)
        if self.job is not None:
            self.job.cancel()
        self._override.restore()
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
            self._update()

    def _tick(self) -> float | None:
        """Blender's timer."""
        self._update()
        return _TICK if self in shown_previews else None

    def _update(self) -> None:
        """Brings the face up to date with the scene and the analysis."""
        try:
            scene = self._scene()
            try:
                with memory_errors_reported():
                    self._revalidate(scene)
                    self._continue_analysis()
            except A2FError as error:
                self.problem = str(error)
                redraw_sidebars()
            if self._shown != (self._frames(), scene.frame_current_final):
                self._show(scene)
        except BaseException as error:
            self.end()
            if not isinstance(error, _FaceGoneError):
                raise

    def _revalidate(self, scene) -> None:
        """Plans again what is to be shown, if the scene changed."""
        fingerprint = strip_fingerprint(self._request.selection)
        if fingerprint == self._fingerprint and not self._changed:
            return
        self._changed = False
        if fingerprint != self._fingerprint:
            self._fingerprint, self._strips = fingerprint, ()
        face = self._face(scene)
        self._strips = self._strips or plan_selection(self._request.selection)
        plan = PreviewPlan(self._strips, face)
        if plan != self._analyzer.plan:
            self._analyzer.plan = plan
        self.problem = None

    def _continue_analysis(self) -> None:
        """Starts the thread if there is something to do; raises what went wrong in it."""
        if self.problem is not None:
            return
        if not has_window():
            if not self._analyzer.up_to_date:
                self._analyzer.work(no_progress)
            return
        if self.job is not None:
            if not self.job.done:
                self._draw_progress(self.job.progress)
                return
            done, self.job = self.job, None
            redraw_sidebars()
            done.result()
        if not self._analyzer.up_to_date:
            self._progress_drawn = 0.0
            self.job = PreviewJob(self._analyzer.work)
            self.job.start()

    def _draw_progress(self, progress: float) -> None:
        if progress - self._progress_drawn >= _PROGRESS_STEP:
            self._progress_drawn = progress
            redraw_sidebars()

    def _frames(self) -> FaceFrames:
        """What is to be shown at present."""
        return NO_FRAMES if self.problem is not None else self._analyzer.frames

    def _show(self, scene) -> None:
        """Shows the playhead's frame; the face has its own values where nothing is known."""
        frame = scene.frame_current_final
        self._analyzer.playhead = frame
        frames = self._frames()
        self._shown = frames, frame
        values = frames.at(frame)
        if values is None:
            self._override.rest()
            return
        if frames.plans != self._plans:
            self._override.rest()
            if [plan.uid for plan in frames.plans] != [plan.uid for plan in self._plans]:
                self._replace_override(frames.plans)
            self._plans = frames.plans
        self._override.show_controls(frames.controls, values)
        send_frame(time.monotonic(), frames.channels, frames.channels_at(frame))

    def _replace_override(self, plans: tuple[TargetPlan, ...]) -> None:
        self._override.restore()
        self._override = FaceOverride(plans, self.end)
        handlers = bpy.app.handlers.frame_change_post
        handlers.remove(self._after_frame)
        handlers.append(self._after_frame)

    def _scene(self):
        """The face's scene. Raises _FaceGoneError if it, or its face, was removed."""
        objects = objects_with_uids(self._request.object_uids)
        for scene in bpy.data.scenes:
            is_its = scene.session_uid == self._request.scene_uid
            if is_its and any(scene.objects.get(obj.name) == obj for obj in objects):
                return scene
        raise _FaceGoneError("The face was removed: select another one.")

    def _face(self, scene) -> FacePlan:
        """What moves, and how, by the present settings; the speaker may be new."""
        objects = objects_with_uids(self._request.object_uids)
        speaker = speaker_of(scene, objects[0])
        plans, _ = plan_face(objects, speaker)
        return FacePlan(plans, speaker_settings.keying_settings(speaker, scene))


class _FaceGoneError(PlanError):
    """There is no face any more to show anything on."""


def has_window() -> bool:
    """Whether Blender's timers fire, so that a thread may analyse meanwhile."""
    return not bpy.app.background
