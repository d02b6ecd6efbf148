"""The buttons: bake and cancel.

With a window the bake decodes and speaks in a thread and stays a modal operator; without one
(background, scripts, ``EXEC_DEFAULT``) it runs straight through, as timers never fire there.
"""

import logging
from collections.abc import Callable
from pathlib import Path

import bpy
from bpy.props import EnumProperty, StringProperty

from ..model.errors import A2FError
from . import job
from .bake import BakeRequest, check_selection, plan_bake, request_from, write_bake
from .plan import BakePlan, StripPlan
from .preferences import RUNTIMES, preferred_runtime
from .weights import chosen_weights

log = logging.getLogger(__name__)

_TICK_SECONDS = 0.1


def _speak(
    strip: StripPlan, runtime: str, weights: Path | None, on_progress: Callable[[float], None]
):
    """``inference.speech_curves``, imported at the first bake to keep Blender's start quick."""
    from .inference import speech_curves

    return speech_curves(strip, runtime, weights, on_progress)


class AUDIO2FACE_OT_bake(bpy.types.Operator):
    """Key the ARKit shape keys of the selected meshes from the speech in a sound strip"""

    bl_idname = "audio2face.bake"
    bl_label = "Bake Speech"
    bl_options = {"REGISTER", "UNDO"}

    strip: StringProperty(
        name="Sound Strip",
        description="Name of the strip; empty for the one in the panel, or the active one",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    runtime: EnumProperty(
        name="Runtime",
        description="What runs the network; the preferences say, unless it is set",
        items=RUNTIMES,
        options={"HIDDEN", "SKIP_SAVE"},
    )
    weights: StringProperty(
        name="Network",
        description="Weights file (.npz), empty for the bundled network; the panel says, unless "
        "it is set",
        subtype="FILE_PATH",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context) -> bool:
        if job.running():
            cls.poll_message_set("A bake is running: wait for it, or cancel it.")
            return False
        try:  # not the strip: a script may name one that the panel does not
            check_selection(context)
        except A2FError as error:
            cls.poll_message_set(str(error))
            return False
        return True

    def execute(self, context) -> set[str]:
        try:
            request = self._request(context)
            plan = plan_bake(request)
            runtime, weights = self._runtime(context), self._weights(context)
            curves, inference = _speak(plan.strip, runtime, weights, lambda _: None)
            return self._write(context, request, plan, curves, inference)
        except A2FError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}

    def invoke(self, context, _event) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        try:
            self._bake_request = self._request(context)
            self._plan = plan_bake(self._bake_request)
            weights = self._weights(context)
        except A2FError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        strip, runtime = self._plan.strip, self._runtime(context)
        self._job = job.Job(lambda on_progress: _speak(strip, runtime, weights, on_progress))
        self._job.start()
        self._timer = context.window_manager.event_timer_add(_TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        _show_progress(context, 0.0)
        return {"RUNNING_MODAL"}

    def modal(self, context, event) -> set[str]:
        if event.type == "ESC" and event.value == "PRESS":
            self._job.cancel()
        if self._job.cancelled:
            self.cancel(context)
            self.report({"INFO"}, "Bake cancelled; nothing was changed")
            return {"CANCELLED"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        if not self._job.done:
            _show_progress(context, self._job.progress)
            return {"PASS_THROUGH"}
        self._end(context)
        try:
            curves, inference = self._job.result()
            return self._write(context, self._bake_request, self._plan, curves, inference)
        except A2FError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}

    def cancel(self, context) -> None:
        """Also called by Blender when the window or the file is closed."""
        self._job.cancel()
        self._end(context)

    def _end(self, context) -> None:
        context.window_manager.event_timer_remove(self._timer)
        _show_progress(context, None)

    def _request(self, context) -> BakeRequest:
        return request_from(context, self.strip or context.scene.audio2face.strip)

    def _runtime(self, context) -> str:
        chosen = self.properties.is_property_set("runtime")
        return self.runtime if chosen else preferred_runtime(context)

    def _weights(self, context) -> Path | None:
        chosen = self.properties.is_property_set("weights")
        return chosen_weights(self.weights if chosen else context.scene.audio2face.weights)

    def _write(self, context, request: BakeRequest, plan: BakePlan, curves, inference) -> set[str]:
        report = write_bake(request, plan, curves, inference)
        context.scene.audio2face.report = "\n".join((report.summary, *report.details))
        for line in (report.summary, *report.details):
            log.info(line)
        self.report({"INFO"}, report.summary)
        return {"FINISHED"}


class AUDIO2FACE_OT_cancel(bpy.types.Operator):
    """Stop the bake that is running; nothing is changed"""

    bl_idname = "audio2face.cancel"
    bl_label = "Cancel Bake"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context) -> bool:
        if job.running():
            return True
        cls.poll_message_set("No bake is running.")
        return False

    def execute(self, _context) -> set[str]:
        for running in job.running():
            running.cancel()
        return {"FINISHED"}


def _show_progress(context, fraction: float | None) -> None:
    """Progress in the status bar and the panels; None clears it."""
    text = None if fraction is None else f"Audio2Face: {fraction:.0%}   Esc: cancel"
    for workspace in bpy.data.workspaces:
        workspace.status_text_set(text)
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "VIEW_3D":
                area.tag_redraw()


CLASSES = (AUDIO2FACE_OT_bake, AUDIO2FACE_OT_cancel)
