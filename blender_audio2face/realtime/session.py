"""A face that follows a voice in the viewport, from ``start`` until it ends.

Blender's own timers drive it, not a modal operator: those belong to a window, hold up autosaves and
stop each other, while a timer runs on whatever the artist does. Everything that ends a Hold
(loading, a bake of the same face, disabling the extension) ends the session with it.
"""

import atexit
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

import bpy

from ...model.errors import A2FError, memory_errors_reported
from ...model.streaming import Stream
from ..core.shaping.settings import Dials
from ..errors import PlanError
from ..scene import speaker_settings
from ..scene.face_plan import objects_with_uids, plan_face
from ..scene.speakers import speaker_of
from . import redrawing
from .apply import Hold
from .engine import Engine
from .errors import TakeError
from .look import LiveLook
from .running import running_session
from .source import Source
from .take_file import Take, takes_folder, write_take
from .wire import sender

_TICK = 1.0 / 60.0
_LOOK_AGAIN = 0.5
"""Seconds from one look at what cannot change often to the next."""
_STATUS = 0.1
"""Seconds from one drawing of the level to the next."""


@dataclass(frozen=True)
class Face:
    """Whose face moves, by what survives undo and renaming.

    Attributes:
        scene_uid: session_uid of the scene.
        object_uids: those of the face's objects.
        name: of the face, for messages and files.
    """

    scene_uid: int
    object_uids: tuple[int, ...]
    name: str


@dataclass(frozen=True)
class _Beginning:
    """When a take was asked for.

    Attributes:
        frame: of the scene, then.
        clock: the source's clock, then.
        playing: frames per second at which the timeline played; 0 where it stood.
    """

    frame: float
    clock: float
    playing: float

    def frame_at(self, clock: float) -> float:
        """The frame of the scene at a moment of the source's clock."""
        return self.frame + (clock - self.clock) * self.playing


class Session:
    """A voice, and the face that it moves. ``tick`` does all the work, on the main thread.

    Attributes:
        engine: listens.
        face: who speaks.
    """

    def __init__(self, face: Face, source: Source, stream: Stream, gain: bool) -> None:
        """See ``start``."""
        self.face = face
        self.label = source.label
        self.engine = Engine(source, stream, gain)
        self._look = LiveLook(self.engine.frames.names)
        self._mapping: object = None
        self._ended = False
        self._began: _Beginning | None = None
        self._shown = None
        self._looked = self._drawn = 0.0
        self._hold = self._new_hold()
        try:
            self.engine.start()
        except BaseException:
            self._hold.restore()
            self.engine.stop()
            raise
        atexit.register(self.engine.stop)
        bpy.app.timers.register(self._on_timer)

    @property
    def recording(self) -> float | None:
        """Seconds of the take that is being recorded; None where none is."""
        return self.engine.recording

    def tick(self, now: float | None = None) -> float | None:
        """Shows what is due.

        Args:
            now: seconds on the source's clock; by default what it says.

        Returns:
            Seconds until the next tick; None when the session has ended.
        """
        if self._ended:
            return None
        try:
            with memory_errors_reported():
                self._go_on(self.engine.now() if now is None else now)
        except A2FError as error:
            self.end(str(error))
        except BaseException:
            self.end()
            raise
        return None if self._ended else _TICK

    def start_recording(self, frame: float, playing: float = 0.0) -> None:
        """Begins a take.

        Args:
            frame: of the scene, now.
            playing: frames per second at which the timeline plays; 0 where it stands.

        Raises:
            TakeError: it cannot be written.
        """
        self.engine.start_recording()
        self._began = _Beginning(frame, self.engine.now(), playing)

    def stop_recording(self) -> Callable[[], Take]:
        """Ends the take and the session: the face is given back at once.

        Returns:
            What waits for the last frames and reads the take; for any thread. It raises TakeError.
        """
        began, engine = self._began, self.engine
        self._began = None
        engine.stop_recording()

        def read() -> Take:
            try:
                samples, curves = engine.recorded()
                if not len(samples):
                    raise TakeError("Nothing was recorded: no sound came in that time.")
                return Take(samples, curves, began.frame_at(engine.take_begins))
            finally:
                engine.stop()
                engine.forget_take()

        self._give_back()
        return read

    def end(self, why: str = "") -> None:
        """Ends it, and gives the face back. A take that is being recorded is saved as a file.

        Args:
            why: the sentence for the panel, where nobody asked for the end.
        """
        if self._ended:
            return
        recorded = self._began is not None
        self._give_back()
        if recorded:
            why = f"{why} {self._save_take()}".strip()
        self.engine.stop()
        self.engine.forget_take()
        _tell(why)

    def _give_back(self) -> None:
        self._ended = True
        atexit.unregister(self.engine.stop)
        if bpy.app.timers.is_registered(self._on_timer):
            bpy.app.timers.unregister(self._on_timer)
        self._hold.restore()
        redrawing.redraw_views()
        redrawing.redraw_sidebars()

    def _save_take(self) -> str:
        """Keeps what nobody can key any more; the sentence that tells of it."""
        try:
            samples, _ = self.engine.recorded()
            if not len(samples):
                return ""
            path = write_take(takes_folder(), self.face.name, samples)
        except A2FError as error:
            return str(error)
        return f"The take was saved as {path}."

    def _on_timer(self) -> float | None:
        return self.tick()

    def _go_on(self, now: float) -> None:
        if self.engine.error is not None:
            raise A2FError(self.engine.error)
        wall = time.monotonic()
        if wall - self._looked > _LOOK_AGAIN:
            self._looked = wall
            self._look_again()
        frame = self.engine.frames.due(now)
        if frame is not None and frame is not self._shown:
            self._shown = frame
            speaker = self._speaker()
            dials = speaker_settings.dials_of(speaker) if speaker is not None else Dials()
            names, values = self._look.shaped(frame.seconds, frame.values, dials)
            self._hold.show(names, values)
            sender.show(wall, names, values)
            redrawing.redraw_views()
        if wall - self._drawn > _STATUS:
            self._drawn = wall
            redrawing.redraw_sidebars()

    def _scene(self):
        for scene in bpy.data.scenes:
            if scene.session_uid == self.face.scene_uid:
                return scene
        raise PlanError("Real time ended: the scene of the face is gone.")

    def _objects(self, scene) -> list:
        """The face's objects that are still in the scene."""
        found = objects_with_uids(self.face.object_uids)
        here = [obj for obj in found if scene in obj.users_scene]
        if not here:
            raise PlanError("Real time ended: the face is gone.")
        return here

    def _speaker(self):
        scene = self._scene()
        return scene.audio2face.speakers.get(self._speaker_name) if self._speaker_name else None

    def _look_again(self) -> None:
        """Follows what was deleted, renamed, or mapped otherwise."""
        scene = self._scene()
        objects = self._objects(scene)
        speaker = speaker_of(scene, objects[0])
        if speaker is None and self._speaker_name:
            raise PlanError("Real time ended: the speaker was removed.")
        self._speaker_name = speaker.name if speaker is not None else ""
        if self._hold.lost:
            raise PlanError("Real time ended: the face is gone.")
        if _mapping_of(speaker) != self._mapping:
            self._hold.restore()
            self._hold = self._new_hold()

    def _new_hold(self) -> Hold:
        scene = self._scene()
        objects = self._objects(scene)
        speaker = speaker_of(scene, objects[0])
        self._speaker_name = speaker.name if speaker is not None else ""
        self._mapping = _mapping_of(speaker)
        plans, _ = plan_face(objects, speaker, check_effect=False)
        return Hold(plans, self.end)


def start(scene, objects: list, source: Source, stream: Stream, gain: bool = True) -> Session:
    """Lets a voice move a face until it ends; there is one at a time.

    Args:
        scene: the face's.
        objects: of the face, the most important first.
        source: where the voice comes from.
        stream: a new stream of the network.
        gain: whether voices too quiet or too loud are brought to the level of the training.

    Raises:
        PlanError: one runs already, the face is moved already, or nothing of it would move.
        SourceError: the source gives no sound.
    """
    if running_session() is not None:
        raise PlanError("Real time runs already: stop it first.")
    if not objects:
        raise PlanError("No face is selected: select the meshes, or the armature, of the face.")
    uids = tuple(obj.session_uid for obj in objects)
    face = Face(scene.session_uid, uids, objects[0].name)
    _tell("")
    return Session(face, source, stream, gain)


def _mapping_of(speaker) -> tuple:
    if speaker is None:
        return ("", None)
    return (speaker.preset, speaker_settings.mapping_of(speaker))


def _tell(why: str) -> None:
    """Puts a sentence into the panel; there is no operator that could report it."""
    for manager in bpy.data.window_managers:
        manager.audio2face_live.message = why
    if why:
        logging.getLogger(__name__).warning(why)
