"""Bake one speaker or all of them, and update what was baked.

With a window a bake is analysed and composed in a thread and then written in short steps; it stays
a modal operator. Without one (background, scripts, ``EXEC_DEFAULT``) it runs straight through, as
timers never fire there.
"""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ....model.errors import A2FError
from ...bake import live_update
from ...core import background_job
from ...core.background_job import run_to_completion
from ...core.sound.sound_selection import MOST_SOUND_CHANNELS
from ...scene import redraw
from ...scene.preferred_runtime import RUNTIMES, preferred_runtime
from ...scene.properties import BLEND_RELATIVE
from ...scene.properties.speaker import OUTPUTS, REDUCTIONS
from ...scene.speakers import shown_speaker
from ...scene.weights_path import chosen_weights
from .common import (
    attempt,
    chosen_speaker,
    has_speaker,
    has_speaker_or_selection,
    publish,
    refuse,
    speaker_property,
)

if TYPE_CHECKING:
    from ....model.runtime import RuntimeChoice
    from ...bake import pipeline
    from ...bake.plan import BakePlan
    from ...bake.request import Refusal

_TICK_SECONDS = 0.1
_STEP_TICK_SECONDS = 0.01
_STEP_SECONDS = 0.012
"""How long steps are taken at a time; the last of them may take a little longer."""


class ModalBake:
    """What a bake does behind a window once its plans are made: work in a thread, then steps."""

    bl_options = {"REGISTER", "UNDO"}

    def modal(self, context, event) -> set[str]:
        try:
            return self._advance(context, event)
        except BaseException:
            self.cancel(context)
            raise

    def cancel(self, context) -> None:
        """Also called by Blender when the window or the file is closed."""
        self._job.cancel()
        self._end(context)

    def _advance(self, context, event) -> set[str]:
        from ...bake import pipeline

        if event.type == "ESC" and event.value == "PRESS":
            self._job.cancel()
        if self._job.cancelled:
            self._end(context)
            return self._report_cancelled(context)
        if event.type != "TIMER":
            return {"RUNNING_MODAL"} if self._job.stepping else {"PASS_THROUGH"}
        if not self._job.done:
            redraw.show_progress(context, self._job)
            return {"PASS_THROUGH"}
        if not self._job.stepping:
            self._tick(context, _STEP_TICK_SECONDS)
        if not self._job.run_for(_STEP_SECONDS):
            return {"RUNNING_MODAL"}  # nothing may change between two steps
        if self._again:
            self._start(context, partial(pipeline.compose_all, self._again, self._outcome))
            self._tick(context, _TICK_SECONDS)
            return {"RUNNING_MODAL"}
        self._end(context)
        return self._report_outcome(context, self._outcome)

    def _run_modal(self, context, work) -> set[str]:
        """Has ``work`` done in a thread, and goes on with what it returns in ``modal``."""
        live_update.pause()
        self._timer = context.window_manager.event_timer_add(_TICK_SECONDS, window=context.window)
        self._start(context, work)
        context.window_manager.modal_handler_add(self)
        redraw.show_progress(context, self._job)
        return {"RUNNING_MODAL"}

    def _start(self, context, work) -> None:
        self._again: "tuple[pipeline.Bake, ...]" = ()
        self._job = background_job.Job(work, self._steps)
        self._job.on_stop = partial(self._end, context)  # modal() is not called again
        self._job.start()

    def _steps(self, bakes: "tuple[pipeline.Bake, ...]"):
        from ...bake import pipeline

        self._again = yield from pipeline.check_and_write(bakes, self._outcome)

    def _tick(self, context, seconds: float) -> None:
        """Has Blender call ``modal`` at another pace."""
        context.window_manager.event_timer_remove(self._timer)
        self._timer = context.window_manager.event_timer_add(seconds, window=context.window)

    def _end(self, context) -> None:
        self._job.on_stop = None  # Blender may take this operator away before the thread ends
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        redraw.clear_progress(context)

    def _report_cancelled(self, context) -> set[str]:
        if not self._outcome.written:
            self.report({"INFO"}, "Bake cancelled; nothing was changed")
            return {"CANCELLED"}
        state = self._report_outcome(context, self._outcome)
        self.report({"WARNING"}, "Bake cancelled; the characters that were written stay")
        return state

    def _report_outcome(self, context, outcome: "pipeline.Outcome") -> set[str]:
        """Reports what was written and who was left out; an error only where all were."""
        for scene_uid, name, report in outcome.written:
            publish(self, context, _speaker_in(scene_uid, name), report)
        if not outcome.written:
            for refusal in outcome.refusals:
                refuse(self, A2FError(self._sentence(refusal)))
            return {"CANCELLED"}
        for refusal in outcome.refusals:
            _leave_out(self, context.scene, refusal)
        return {"FINISHED"}

    def _sentence(self, refusal: "Refusal") -> str:
        return str(refusal.error)


class BakeOperator(ModalBake):
    """What baking one speaker and baking all have in common: plan, analyse, write."""

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
        options={"HIDDEN", "SKIP_SAVE", *BLEND_RELATIVE},
    )

    def execute(self, context) -> set[str]:
        from ...bake import pipeline
        from ...core.compose import no_progress

        outcome = pipeline.Outcome()
        try:
            plans = self._plans(context, outcome)
            runtime, weights = self._runtime(context), self._weights(context)
        except A2FError as error:
            return refuse(self, error)
        bakes = pipeline.analyze_all(plans, runtime, weights, outcome, no_progress)
        run_to_completion(pipeline.write_all(bakes, outcome))
        return self._report_outcome(context, outcome)

    def invoke(self, context, _event) -> set[str]:
        from ...bake import pipeline

        if bpy.app.background:
            return self.execute(context)
        self._outcome = outcome = pipeline.Outcome()
        try:
            plans = self._plans(context, outcome)
            runtime, weights = self._runtime(context), self._weights(context)
        except A2FError as error:
            return refuse(self, error)
        if not plans:
            return self._report_outcome(context, outcome)
        work = partial(pipeline.analyze_all, plans, runtime, weights, outcome)
        return self._run_modal(context, work)

    def _runtime(self, context) -> "RuntimeChoice":
        preferred = preferred_runtime(context)
        chosen = self.properties.is_property_set("runtime")
        return replace(preferred, name=self.runtime) if chosen else preferred

    def _weights(self, context) -> Path | None:
        chosen = self.properties.is_property_set("weights")
        return chosen_weights(self.weights if chosen else context.scene.audio2face.weights)


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
        options={"HIDDEN", "SKIP_SAVE", *BLEND_RELATIVE},
    )
    file_frame: IntProperty(
        name="First Frame",
        description="Frame at which the sound file begins",
        default=1,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    sound_channel: IntProperty(
        name="Channel of the Sound",
        description="1 is left, 2 is right, 0 mixes all; if not given, as the character has it",
        min=0,
        max=MOST_SOUND_CHANNELS,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    output: EnumProperty(
        name="Output",
        description="Where the keys are written; if not given, as the character has it",
        items=OUTPUTS,
        options={"HIDDEN", "SKIP_SAVE"},
    )
    reduction: EnumProperty(
        name="Keys",
        description="How many keys are written; if not given, as the character has it",
        items=REDUCTIONS,
        options={"HIDDEN", "SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context) -> bool:
        return not _bake_is_running(cls) and has_speaker_or_selection(cls, context)

    def _plans(self, context, outcome: "pipeline.Outcome") -> "tuple[BakePlan, ...]":
        from ...bake import pipeline
        from ...bake.renamed_controls import follow_renames
        from ...bake.request import request_for

        settings = tuple(
            (name, getattr(self, name))
            for name in ("output", "reduction", "sound_channel")
            if self.properties.is_property_set(name)
        )
        speaker = None if self.speaker else shown_speaker(context)
        if speaker is not None:
            follow_renames(speaker)
        request = request_for(context, self.speaker, self._sound(), settings)
        return pipeline.plan_all((request,), outcome)

    def _sound(self) -> dict[str, object]:
        """What the call itself says of the sound; empty when the speaker's own settings count."""
        if self.file:
            return {"source": "FILE", "file": self.file, "file_frame": self.file_frame}
        if self.channel:
            return {"source": "CHANNEL", "channel": self.channel}
        return {"source": "STRIP", "strip": self.strip} if self.strip else {}


class AUDIO2FACE_OT_bake_all(BakeOperator, bpy.types.Operator):
    """Bake every character of the scene, each with their own voice"""

    bl_idname = "audio2face.bake_all"
    bl_label = "Bake All Characters"

    @classmethod
    def poll(cls, context) -> bool:
        if _bake_is_running(cls):
            return False
        if not len(context.scene.audio2face.speakers):
            cls.poll_message_set("There is no character yet: bake a face, or add a character.")
            return False
        return True

    def _plans(self, context, outcome: "pipeline.Outcome") -> "tuple[BakePlan, ...]":
        from ...bake import pipeline
        from ...bake.request import requests_for_all

        requests, refusals = requests_for_all(context)
        outcome.refusals += refusals
        return pipeline.plan_all(requests, outcome)

    def _sentence(self, refusal: "Refusal") -> str:
        return refusal.sentence


class AUDIO2FACE_OT_update(ModalBake, bpy.types.Operator):
    """Key again where the strips play now, with the dials as they are; nothing is analysed"""

    bl_idname = "audio2face.update"
    bl_label = "Update Baked Speech"

    speaker: speaker_property()

    @classmethod
    def poll(cls, context) -> bool:
        return not _bake_is_running(cls) and has_speaker(cls, context)

    def execute(self, context) -> set[str]:
        return attempt(self, lambda: self._update(context))

    def invoke(self, context, _event) -> set[str]:
        from ....model.runtime import RuntimeChoice
        from ...bake import pipeline
        from ...bake.plan import plan_retime

        if bpy.app.background:
            return self.execute(context)
        self._outcome = outcome = pipeline.Outcome()
        try:
            plan = plan_retime(context.scene, chosen_speaker(context, self.speaker))
        except A2FError as error:
            return refuse(self, error)
        work = partial(pipeline.analyze_all, (plan,), RuntimeChoice(), None, outcome)
        return self._run_modal(context, work)

    def _update(self, context) -> None:
        from ...bake import pipeline
        from ...bake.plan import plan_retime

        speaker = chosen_speaker(context, self.speaker)
        name = speaker.name
        report = pipeline.run(plan_retime(context.scene, speaker))
        publish(self, context, context.scene.audio2face.speakers[name], report)


class AUDIO2FACE_OT_cancel(bpy.types.Operator):
    """Stop the bake that is running; nothing is changed"""

    bl_idname = "audio2face.cancel"
    bl_label = "Cancel Bake"
    bl_options = {"INTERNAL"}

    @classmethod
    def poll(cls, _context) -> bool:
        if background_job.running():
            return True
        cls.poll_message_set("No bake is running.")
        return False

    def execute(self, _context) -> set[str]:
        for running in background_job.running():
            running.cancel()
        return {"FINISHED"}


def _speaker_in(scene_uid: int, name: str):
    """A speaker that was written; None where it was removed since."""
    scene = next((one for one in bpy.data.scenes if one.session_uid == scene_uid), None)
    return scene.audio2face.speakers.get(name) if scene is not None else None


def _leave_out(operator, scene, refusal: "Refusal") -> None:
    """Tells of a speaker who was not baked while others were."""
    settings = scene.audio2face
    if refusal.speaker in settings.speakers:
        settings.speakers[refusal.speaker].report = str(refusal.error)
    line = f"Left out: {refusal.sentence}"
    settings.report = "\n".join([*settings.report.splitlines(), line])
    operator.report({"WARNING"}, line)


def _bake_is_running(cls) -> bool:
    if not background_job.running():
        return False
    cls.poll_message_set("A bake is running: wait for it, or cancel it.")
    return True


CLASSES = (
    AUDIO2FACE_OT_bake,
    AUDIO2FACE_OT_bake_all,
    AUDIO2FACE_OT_update,
    AUDIO2FACE_OT_cancel,
)
