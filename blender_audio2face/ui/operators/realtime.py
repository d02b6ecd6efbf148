"""Real time: the face follows a voice as it is spoken; a take of it is kept."""

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, StringProperty

from ....model.errors import A2FError, memory_errors_reported
from ...realtime.running import running_session
from ...scene.face_objects import chosen_objects
from ...scene.speakers import members_of, shown_speaker, speaker_of
from ...scene.weights_path import chosen_weights
from .bake import ModalBake
from .common import attempt

if TYPE_CHECKING:
    from ...realtime.keeping import Kept


class AUDIO2FACE_OT_live_start(bpy.types.Operator):
    """Let the face follow the microphone, without keys, until you stop it"""

    bl_idname = "audio2face.live_start"
    bl_label = "Start Real Time"

    device: StringProperty(
        name="Microphone",
        description="Name of the microphone; if not given, as the panel has it",
        options={"SKIP_SAVE"},
    )
    file: StringProperty(
        name="Sound File",
        description="A sound file that is heard in place of a microphone",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"},
    )
    gain: BoolProperty(
        name="Automatic Gain",
        description="Bring quiet and loud voices to one level; if not given, as the panel has it",
        options={"SKIP_SAVE"},
    )
    low_latency: BoolProperty(
        name="Low Latency",
        description="Less delay, less exact lips; if not given, as the panel has it",
        options={"SKIP_SAVE"},
    )

    @classmethod
    def poll(cls, context) -> bool:
        if bpy.app.background:
            cls.poll_message_set("Real time needs a window: start Blender without --background.")
            return False
        if running_session() is not None:
            cls.poll_message_set("Real time runs already: stop it first.")
            return False
        if not _face(context):
            cls.poll_message_set(
                "No face is selected: select the meshes, or the armature, of the face."
            )
            return False
        return True

    def execute(self, context) -> set[str]:
        from ...realtime.session import start
        from ...realtime.voice import open_stream

        def act() -> str:
            stream = open_stream(
                chosen_weights(context.scene.audio2face.weights),
                quick=self._set(context, "low_latency"),
            )
            source = self._source(context)
            session = start(
                context.scene, _face(context), source, stream, self._set(context, "gain")
            )
            return f"{session.face.name} follows {session.label}"

        return attempt(self, act)

    def _set(self, context, name: str):
        chosen = self.properties.is_property_set(name)
        return getattr(self if chosen else context.window_manager.audio2face_live, name)

    def _source(self, context):
        if self.file:
            from ...realtime.voice import file_as_microphone

            return file_as_microphone(Path(bpy.path.abspath(self.file)))
        from ...realtime.microphone import Microphone

        return Microphone(self._set(context, "device"))


class LiveOperator:
    """An operator on the session that runs."""

    @classmethod
    def poll(cls, _context) -> bool:
        if running_session() is not None:
            return True
        cls.poll_message_set("Real time does not run: start it first.")
        return False


class AUDIO2FACE_OT_live_stop(LiveOperator, bpy.types.Operator):
    """Give the face back as it was"""

    bl_idname = "audio2face.live_stop"
    bl_label = "Stop Real Time"

    def execute(self, context) -> set[str]:
        running_session().end()
        told = context.window_manager.audio2face_live.message
        if told:
            self.report({"INFO"}, told)
        return {"FINISHED"}


class AUDIO2FACE_OT_live_record(LiveOperator, bpy.types.Operator):
    """Record the voice and the face from this frame on, or with the playing timeline"""

    bl_idname = "audio2face.live_record"
    bl_label = "Record"

    @classmethod
    def poll(cls, context) -> bool:
        if not bpy.app.build_options.audaspace:
            cls.poll_message_set("This Blender was built without sound: use one from blender.org.")
            return False
        return super().poll(context)

    def execute(self, context) -> set[str]:
        scene = context.scene
        playing = context.screen is not None and context.screen.is_animation_playing
        fps = scene.render.fps / scene.render.fps_base if playing else 0.0
        session = running_session()
        return attempt(self, lambda: session.start_recording(scene.frame_current_final, fps))


class AUDIO2FACE_OT_live_keep(ModalBake, bpy.types.Operator):
    """Stop, put the recorded sound into the sequencer, and key the face with it"""

    bl_idname = "audio2face.live_keep"
    bl_label = "Keep Take"

    @classmethod
    def poll(cls, _context) -> bool:
        session = running_session()
        if session is not None and session.recording is not None:
            return True
        cls.poll_message_set("Nothing is recorded: press Record first.")
        return False

    def execute(self, context) -> set[str]:
        from ...bake.pipeline import compose_all, write_all
        from ...core.background_job import run_to_completion
        from ...core.compose import no_progress

        self._begin(context)
        run_to_completion(self._steps(self._write()))
        if self._again:
            listened = compose_all(self._again, self._outcome, no_progress)
            run_to_completion(write_all(listened, self._outcome))
        return self._report_outcome(context, self._outcome)

    def invoke(self, context, _event) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        self._begin(context)
        return self._run_modal(context, lambda _on_progress: self._write())

    def _begin(self, context) -> None:
        from ...bake.pipeline import Outcome
        from ...realtime.keeping import Keeping
        from ...scene import sequencer_api

        self._outcome = Outcome()
        self._again = ()
        sequencer = sequencer_api.sequencer_scenes(context)[0]
        self._keeping: Keeping = Keeping(running_session(), context.scene, sequencer)

    def _write(self) -> "Kept | None":
        from ...bake.request import Refusal

        try:
            with memory_errors_reported():
                return self._keeping.write()
        except A2FError as error:
            self._outcome.refusals.append(Refusal("", error))
            return None

    def _steps(self, result):
        from ...bake.request import Refusal
        from ...realtime.keeping import Kept

        if isinstance(result, Kept):
            try:
                self._again = (self._keeping.place(result),)
            except A2FError as error:
                self._outcome.refusals.append(Refusal("", error))
            yield
        elif result is not None:
            yield from super()._steps(result)

    def _report_outcome(self, context, outcome) -> set[str]:
        state = super()._report_outcome(context, outcome)
        return self._finished(state)

    def _report_cancelled(self, context) -> set[str]:
        return self._finished(super()._report_cancelled(context))

    def _finished(self, state: set[str]) -> set[str]:
        """The strip stays, whatever came of its keys."""
        if not self._keeping.strip_name:
            return state
        self.report({"INFO"}, self._keeping.told())
        return {"FINISHED"}


class AUDIO2FACE_OT_live_devices(bpy.types.Operator):
    """Look again which microphones are plugged in"""

    bl_idname = "audio2face.live_devices"
    bl_label = "Look for Microphones"

    @classmethod
    def poll(cls, _context) -> bool:
        if running_session() is None:
            return True
        cls.poll_message_set("Real time runs already: stop it first.")
        return False

    def execute(self, _context) -> set[str]:
        from ...realtime.microphones import microphones

        return attempt(self, lambda: f"Microphones: {len(microphones(search=True))}")


def _face(context) -> list:
    """The objects of the face that is meant: the selection's speaker, else the selection, else the
    speaker that the panel shows."""
    objects = chosen_objects(context)
    speaker = speaker_of(context.scene, objects[0]) if objects else shown_speaker(context)
    return members_of(speaker) if speaker is not None else objects


CLASSES = (
    AUDIO2FACE_OT_live_start,
    AUDIO2FACE_OT_live_stop,
    AUDIO2FACE_OT_live_record,
    AUDIO2FACE_OT_live_keep,
    AUDIO2FACE_OT_live_devices,
)
