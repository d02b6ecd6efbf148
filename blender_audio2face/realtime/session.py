"""A face that follows a voice in the viewport, from ``start`` until it ends.

It runs on Blender's timers, not as a modal operator: those belong to a window, block autosaves and
interfere with each other. Whatever releases the face's override (loading a file, a bake of the same
face, disabling the extension) ends the session with it.
"""

import atexit
import logging
import time
from collections.abc import Callable

import bpy

from ...model.errors import A2FError, memory_errors_reported
from ...model.streaming import Stream
from ..core.realtime.engine import Engine
from ..core.realtime.frame_queue import Frame
from ..core.realtime.live_settings import LiveSettings
from ..core.realtime.source import Source
from ..core.shaping.settings import Dials
from ..core.streaming.sender import send_frame
from ..errors import PlanError, RecordingError
from ..face_override.override import FaceOverride
from ..scene import speaker_settings
from ..scene.face_plan import objects_with_uids, plan_face
from ..scene.redraw import redraw_sidebars, redraw_views
from ..scene.speakers import speaker_of
from . import sessions
from .recording import Recording, recordings_folder, write_wav

_TICK = 1.0 / 60.0
_REVALIDATE = 0.5
"""Seconds between two checks of what changes rarely: face, speaker and mapping."""
_REDRAW = 0.1
"""Seconds between two redraws of the level in the panel."""


class Session:
    """A voice and the face that it moves. ``tick`` does the work of the main thread: it shows the
    frames that the engine's thread has shaped.

    Attributes:
        engine: analyses the voice.
        scene_uid, object_uids: session_uids of the face's scene and objects, which survive undo.
        name: the face's, for messages and files.
        label: the source's name.
    """

    def __init__(self, scene, objects: list, source: Source, stream: Stream, gain: bool) -> None:
        """See ``start``."""
        self.scene_uid = scene.session_uid
        self.object_uids = tuple(obj.session_uid for obj in objects)
        self.name, self.label = objects[0].name, source.label
        self._recording_start: Callable[[float], float] | None = None
        self._shown: Frame | None = None
        self._revalidated_at = self._redrawn_at = 0.0
        self._speaker_name = ""
        self._show_on(objects, speaker_of(scene, objects[0]))
        try:
            self._settings = LiveSettings(stream.config.channels, self._dials())
            self.engine = Engine(source, stream, gain, self._settings)
            self.engine.start()
        except BaseException:
            self._override.restore()
            raise
        sessions.add(self)
        atexit.register(self.engine.stop)
        bpy.app.timers.register(self.tick)

    def tick(self) -> float | None:
        """Shows the frame that is due.

        Returns:
            Seconds until the next tick; None when the session has ended.
        """
        if self not in sessions:
            return None
        try:
            with memory_errors_reported():
                self._update()
        except A2FError as error:
            self.end(str(error))
        except BaseException:
            self.end()
            raise
        return _TICK if self in sessions else None

    def start_recording(self, frame: float, fps: float = 0.0) -> None:
        """Begins to record.

        Args:
            frame: of the sequencer now.
            fps: frames per second at which the timeline plays; 0 if it does not.

        Raises:
            RecordingError: the temporary folder cannot be written to.
        """
        self.engine.start_recording()
        began = self.engine.now()
        self._recording_start = lambda clock: frame + (clock - began) * fps

    def stop_recording(self) -> Callable[[], Recording]:
        """Ends the recording and the session; the face is restored at once.

        Returns:
            A function that waits for the last frames and reads the recording, for any thread. It
            raises RecordingError.
        """
        frame_at, engine = self._recording_start, self.engine
        self._recording_start = None
        engine.stop_recording()

        def read() -> Recording:
            try:
                samples, curves = engine.read_recording()
                if not len(samples):
                    raise RecordingError("Nothing was recorded: no sound came in that time.")
                return Recording(samples, curves, frame_at(engine.recording_starts_at))
            finally:
                engine.stop()
                engine.delete_recording()

        self._release()
        return read

    def end(self, reason: str = "") -> None:
        """Ends it and restores the face. A recording in progress is saved as a file.

        Args:
            reason: shown in the panel, if nobody asked for the end.
        """
        if self not in sessions:
            return
        self._release()
        if self._recording_start is not None:
            reason = f"{reason} {self._save_recording()}".strip()
        self.engine.stop()
        self.engine.delete_recording()
        _set_message(reason)

    def _release(self) -> None:
        sessions.discard(self)
        atexit.unregister(self.engine.stop)
        self._override.restore()
        redraw_views()
        redraw_sidebars()

    def _save_recording(self) -> str:
        """Saves the sound of a recording that cannot be keyed any more; the sentence about it."""
        try:
            samples, _ = self.engine.read_recording()
            if not len(samples):
                return ""
            path = write_wav(recordings_folder(), self.name, samples)
        except A2FError as error:
            return str(error)
        return f"The recording was saved as {path}."

    def _update(self) -> None:
        if self.engine.error is not None:
            raise A2FError(self.engine.error)
        wall = time.monotonic()
        if wall - self._revalidated_at > _REVALIDATE:
            self._revalidated_at = wall
            self._revalidate()
        frames = self.engine.frames
        frame = frames.due(self.engine.now())
        if frame is not None and frame is not self._shown:
            self._shown = frame
            self._settings.dials = self._dials()
            self._override.show(frames.names, frame.values)
            send_frame(wall, frames.names, frame.values)
            redraw_views()
        if wall - self._redrawn_at > _REDRAW:
            self._redrawn_at = wall
            redraw_sidebars()

    def _scene(self):
        for scene in bpy.data.scenes:
            if scene.session_uid == self.scene_uid:
                return scene
        raise PlanError("Real time ended: the scene of the face was removed.")

    def _dials(self) -> Dials:
        speakers = self._scene().audio2face.speakers
        speaker = speakers.get(self._speaker_name) if self._speaker_name else None
        return speaker_settings.dials_of(speaker) if speaker is not None else Dials()

    def _revalidate(self) -> None:
        """Follows what was removed, renamed, or mapped differently."""
        scene = self._scene()
        present = [obj for obj in objects_with_uids(self.object_uids) if scene in obj.users_scene]
        if not present or self._override.lost:
            raise PlanError("Real time ended: the face was removed.")
        speaker = speaker_of(scene, present[0])
        if speaker is None and self._speaker_name:
            raise PlanError("Real time ended: the character was removed.")
        self._speaker_name = speaker.name if speaker is not None else ""
        if _mapping_of(speaker) != self._mapping:
            self._override.restore()
            self._show_on(present, speaker)

    def _show_on(self, objects: list, speaker) -> None:
        """Shows frames on the face from now on, by the speaker's mapping."""
        self._speaker_name = speaker.name if speaker is not None else ""
        self._mapping = _mapping_of(speaker)
        plans, _ = plan_face(objects, speaker)
        self._override = FaceOverride(plans, self.end)


def start(scene, objects: list, source: Source, stream: Stream, gain: bool = True) -> Session:
    """Lets a voice move a face until the session ends; there is one session at a time.

    Args:
        scene: the face's.
        objects: of the face, the most important first.
        source: of the voice.
        stream: a new stream of the network.
        gain: whether voices too quiet or too loud are brought to the level of the training.

    Raises:
        PlanError: a session runs already, the face is moved already, or nothing of it would move.
        SourceError: the source gives no sound.
    """
    if sessions:
        raise PlanError("Real time runs already: stop it first.")
    if not objects:
        raise PlanError("No face is selected: select the meshes, or the armature, of the face.")
    _set_message("")
    return Session(scene, objects, source, stream, gain)


def _mapping_of(speaker) -> tuple:
    if speaker is None:
        return ("", None)
    return (speaker.preset, speaker_settings.mapping_of(speaker))


def _set_message(message: str) -> None:
    """Shows a sentence in the panel; there is no operator that could report it."""
    for manager in bpy.data.window_managers:
        manager.audio2face_live.message = message
    if message:
        logging.getLogger(__name__).warning(message)
