"""Buttons of real time: start, stop, record, keep the recording, search for microphones."""

from pathlib import Path
from typing import TYPE_CHECKING

import bpy
from bpy.props import BoolProperty, StringProperty

from ....model.errors import A2FError, memory_errors_reported
from ...core.background_job import run_to_completion
from ...realtime import running_session
from ...scene.face_objects import chosen_objects, has_selection
from ...scene.kept_paths import absolute
from ...scene.properties import BLEND_RELATIVE
from ...scene.speakers import members_of, shown_speaker, speaker_of
from ...scene.weights_path import chosen_weights
from .bake import ModalBake
from .common import attempt

if TYPE_CHECKING:
    from ...realtime.recording import Recording


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
        description="A sound file to use in place of a microphone",
        subtype="FILE_PATH",
        options={"SKIP_SAVE"} | BLEND_RELATIVE,
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
        if not has_selection(context) and shown_speaker(context) is None:
            cls.poll_message_set(
                "No face is selected: select the meshes, or the armature, of the face."
            )
            return False
        return True

    def execute(self, context) -> set[str]:
        from ...core.realtime.streaming_analyzer import open_stream
        from ...realtime.session import start
        from ...scene.face_plan import plan_face

        def act() -> str:
            objects = _face(context)  # without a face, neither network nor microphone matters
            plan_face(objects, speaker_of(context.scene, objects[0]) if objects else None)
            stream = open_stream(
                chosen_weights(context.scene.audio2face.weights),
                quick=self._setting(context, "low_latency"),
            )
            source = self._source(context)
            session = start(context.scene, objects, source, stream, self._setting(context, "gain"))
            return f"{session.name} follows {session.label}"

        return attempt(self, act)

    def _setting(self, context, name: str):
        """A property of the call, or the panel's where the call does not give it."""
        chosen = self.properties.is_property_set(name)
        return getattr(self if chosen else context.window_manager.audio2face_live, name)

    def _source(self, context):
        from ...core.realtime.microphone import Microphone
        from ...core.realtime.source import file_as_microphone

        if self.file:
            return file_as_microphone(Path(absolute(self.file)))
        return Microphone(self._setting(context, "device"))


class LiveOperator:
    """An operator on the running session."""

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
        message = context.window_manager.audio2face_live.message
        if message:
            self.report({"INFO"}, message)
        return {"FINISHED"}


class AUDIO2FACE_OT_live_record(LiveOperator, bpy.types.Operator):
    """Record the voice and the face from this frame on, or with the playing timeline"""

    bl_idname = "audio2face.live_record"
    bl_label = "Record Voice and Face"

    @classmethod
    def poll(cls, context) -> bool:
        if not bpy.app.build_options.audaspace:
            cls.poll_message_set("This Blender was built without sound: use one from blender.org.")
            return False
        return super().poll(context)

    def execute(self, context) -> set[str]:
        from ...scene import sequencer_api
        from ...scene.frame_map import frame_now

        scene = context.scene
        playing = context.screen is not None and context.screen.is_animation_playing
        fps = scene.render.fps / scene.render.fps_base if playing else 0.0
        frame = frame_now(sequencer_api.sequencer_scenes(context)[0], scene)
        session = running_session()
        return attempt(self, lambda: session.start_recording(frame, fps))


class AUDIO2FACE_OT_live_keep(ModalBake, bpy.types.Operator):
    """Stop, put the recorded sound into the sequencer, and key the face with it"""

    bl_idname = "audio2face.live_keep"
    bl_label = "Keep Recording of Real Time"

    @classmethod
    def poll(cls, _context) -> bool:
        session = running_session()
        if session is not None and session.engine.recording is not None:
            return True
        cls.poll_message_set("Nothing is recorded: press Record first.")
        return False

    def execute(self, context) -> set[str]:
        from ...bake.pipeline import compose_all, write_all
        from ...core.compose import no_progress

        self._begin(context)
        run_to_completion(self._steps(self._write()))
        if self._again:
            bakes = compose_all(self._again, self._outcome, no_progress)
            run_to_completion(write_all(bakes, self._outcome))
        self._remove_unkeyed_strip()
        return self._report_outcome(context, self._outcome)

    def invoke(self, context, _event) -> set[str]:
        if bpy.app.background:
            return self.execute(context)
        self._begin(context)
        return self._run_modal(context, lambda _on_progress: self._write())

    def _begin(self, context) -> None:
        from ...bake.pipeline import Outcome
        from ...realtime.recording import RecordingKeeper
        from ...scene import sequencer_api

        self._outcome = Outcome()
        self._again = ()
        sequencer = sequencer_api.sequencer_scenes(context)[0]
        self._keeper = RecordingKeeper(running_session(), context.scene, sequencer)

    def _write(self) -> "Recording | None":
        from ...bake.request import Refusal

        try:
            with memory_errors_reported():
                return self._keeper.write()
        except A2FError as error:
            self._outcome.refusals.append(Refusal("", error))
            return None

    def _steps(self, result):
        from ...bake.request import Refusal
        from ...realtime.recording import Recording

        if isinstance(result, Recording):
            try:
                self._again = (self._keeper.place(result),)
            except A2FError as error:
                self._outcome.refusals.append(Refusal("", error))
            yield
        elif result is not None:
            yield from super()._steps(result)

    def _end(self, context) -> None:
        super()._end(context)
        self._remove_unkeyed_strip()

    def _remove_unkeyed_strip(self) -> None:
        """Leaves no strip behind where no keys were written; the sound file stays."""
        if not self._outcome.written:
            self._keeper.remove_strip()

    def _report_outcome(self, context, outcome) -> set[str]:
        return self._report_sound_file(super()._report_outcome(context, outcome))

    def _report_cancelled(self, context) -> set[str]:
        return self._report_sound_file(super()._report_cancelled(context))

    def _report_sound_file(self, state: set[str]) -> set[str]:
        if self._keeper.message:
            self.report({"INFO"}, self._keeper.message)
        return state


class AUDIO2FACE_OT_live_devices(bpy.types.Operator):
    """Search again for microphones that are plugged in"""

    bl_idname = "audio2face.live_devices"
    bl_label = "Look for Microphones"

    @classmethod
    def poll(cls, _context) -> bool:
        if running_session() is None:
            return True
        cls.poll_message_set("Real time runs already: stop it first.")
        return False

    def execute(self, _context) -> set[str]:
        from ...core.realtime.microphone import microphones

        return attempt(self, lambda: f"Microphones: {len(microphones(search=True))}")


def _face(context) -> list:
    """Objects of the selection's speaker, else the selection, else those of the panel's speaker."""
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
