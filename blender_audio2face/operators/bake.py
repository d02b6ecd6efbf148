"""Bake one speaker, or all of them.

With a window a bake decodes and speaks in a thread and stays a modal operator; without one
(background, scripts, ``EXEC_DEFAULT``) it runs straight through, as timers never fire there.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ...model.errors import A2FError
from ...model.runtime_choice import RuntimeChoice
from .. import job, status
from ..bake import BakeRequest, plan_bake, request_for, requests_for_all, write_bake
from ..character import chosen_objects
from ..faces import plan_face
from ..plan import StripPlan
from ..preferences import RUNTIMES, preferred_runtime
from ..properties.speaker import OUTPUTS, REDUCTIONS
from ..weights import chosen_weights
from .common import publish, refuse, speaker_property

_TICK_SECONDS = 0.1


def _listen(
    strips: tuple[StripPlan, ...],
    runtime: RuntimeChoice,
    weights: Path | None,
    on_progress: Callable[[float], None],
):
    """``inference.listen``, imported at the first bake to keep Blender's start quick."""
    from ..inference import listen

    return listen(strips, runtime, weights, on_progress)


class BakeOperator:
    """What baking one speaker and baking all have in common: plan, listen, write."""

    bl_options = {"REGISTER", "UNDO"}

    runtime: EnumProperty(
        name="Runtime",
        description="What runs the network; if not given, as the preferences say",
        items=RUNTIMES,
        options={"HIDDEN", "SKIP_SAVE"},
    )
    weights: StringProperty(
        name="Network",
        description="Weights file (.npz), empty for the bundled network; if not given, the panel's",
        subtype="FILE_PATH",
        options={"HIDDEN", "SKIP_SAVE"},
    )

    def execute(self, context) -> set[str]:
        try:
            planned = self._plan(context)
            runtime, weights = self._runtime(context), self._weights(context)
            spoken, inference = _listen(_strips(planned), runtime, weights, lambda _: None)
            return self._write(context, planned, spoken, inference)
        except A2FError as error:
            return refuse(self, error)

    def invoke(self, context, _event) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        try:
            self._planned = self._plan(context)
            weights = self._weights(context)
        except A2FError as error:
            return refuse(self, error)
        strips, runtime = _strips(self._planned), self._runtime(context)
        self._job = job.Job(lambda on_progress: _listen(strips, runtime, weights, on_progress))
        self._job.start()
        self._timer = context.window_manager.event_timer_add(_TICK_SECONDS, window=context.window)
        context.window_manager.modal_handler_add(self)
        status.show_progress(context, self._job)
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
            status.show_progress(context, self._job)
            return {"PASS_THROUGH"}
        self._end(context)
        try:
            spoken, inference = self._job.result()
            return self._write(context, self._planned, spoken, inference)
        except A2FError as error:
            return refuse(self, error)

    def cancel(self, context) -> None:
        """Also called by Blender when the window or the file is closed."""
        self._job.cancel()
        self._end(context)

    def _end(self, context) -> None:
        context.window_manager.event_timer_remove(self._timer)
        status.clear_progress(context)

    def _plan(self, context) -> tuple[tuple[BakeRequest, tuple[StripPlan, ...]], ...]:
        return tuple((request, plan_bake(request)) for request in self._requests(context))

    def _runtime(self, context) -> RuntimeChoice:
        preferred = preferred_runtime(context)
        chosen = self.properties.is_property_set("runtime")
        return replace(preferred, name=self.runtime) if chosen else preferred

    def _weights(self, context) -> Path | None:
        chosen = self.properties.is_property_set("weights")
        return chosen_weights(self.weights if chosen else context.scene.audio2face.weights)

    def _write(self, context, planned, spoken, inference) -> set[str]:
        """Keys each speaker; one that cannot be keyed any more does not stop the others."""
        first, written = 0, 0
        for request, strips in planned:
            own = spoken[first : first + len(strips)]
            first += len(strips)
            try:
                speaker, report = write_bake(request, own, inference)
            except A2FError as error:
                refuse(self, error)
                continue
            written += 1
            publish(self, context, speaker, report)
        return {"FINISHED"} if written else {"CANCELLED"}


class AUDIO2FACE_OT_bake(BakeOperator, bpy.types.Operator):
    """Key the selected face so that it speaks with the sound strip"""

    bl_idname = "audio2face.bake"
    bl_label = "Bake Speech"

    speaker: speaker_property()
    strip: StringProperty(
        name="Sound Strip",
        description="Name of the strip; empty for the one in the panel, or the active one",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    channel: IntProperty(
        name="Channel",
        description="All sound strips on this channel of the sequencer; 0 for one strip",
        min=0,
        max=128,
        options={"HIDDEN", "SKIP_SAVE"},
    )
    file: StringProperty(
        name="Sound File",
        description="A sound file that is not in the sequencer",
        subtype="FILE_PATH",
        options={"HIDDEN", "SKIP_SAVE"},
    )
    file_frame: IntProperty(
        name="First Frame",
        description="Frame at which the sound file begins",
        default=1,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    output: EnumProperty(
        name="Output",
        description="Where the keys are written; if not given, as the speaker has it",
        items=OUTPUTS,
        options={"HIDDEN", "SKIP_SAVE"},
    )
    reduction: EnumProperty(
        name="Keys",
        description="How many keys are written; if not given, as the speaker has it",
        items=REDUCTIONS,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context) -> bool:
        if _bake_is_running(cls):
            return False
        if len(context.scene.audio2face.speakers):
            return True  # a script may name one; execute says what is missing
        try:  # not the voice: a script may name another than the panel does
            plan_face(chosen_objects(context), None, check_effect=False)
        except A2FError as error:
            cls.poll_message_set(str(error))
            return False
        return True

    def _requests(self, context) -> tuple[BakeRequest, ...]:
        settings = tuple(
            (name, getattr(self, name))
            for name in ("output", "reduction")
            if self.properties.is_property_set(name)
        )
        return (request_for(context, self.speaker, self._voice(), settings),)

    def _voice(self) -> dict[str, object]:
        """What the call itself says of the voice; empty when the speaker's own settings count."""
        if self.file:
            return {"source": "FILE", "file": self.file, "file_frame": self.file_frame}
        if self.channel:
            return {"source": "CHANNEL", "channel": self.channel}
        return {"source": "STRIP", "strip": self.strip} if self.strip else {}


class AUDIO2FACE_OT_bake_all(BakeOperator, bpy.types.Operator):
    """Bake every speaker of the scene, each with their own voice"""

    bl_idname = "audio2face.bake_all"
    bl_label = "Bake All Speakers"

    @classmethod
    def poll(cls, context) -> bool:
        if _bake_is_running(cls):
            return False
        if not len(context.scene.audio2face.speakers):
            cls.poll_message_set("There is no speaker yet: bake a face, or add a speaker.")
            return False
        return True

    def _requests(self, context) -> tuple[BakeRequest, ...]:
        return requests_for_all(context)


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


def _bake_is_running(cls) -> bool:
    if not job.running():
        return False
    cls.poll_message_set("A bake is running: wait for it, or cancel it.")
    return True


def _strips(planned) -> tuple[StripPlan, ...]:
    return tuple(strip for _, strips in planned for strip in strips)


CLASSES = (AUDIO2FACE_OT_bake, AUDIO2FACE_OT_bake_all, AUDIO2FACE_OT_cancel)
