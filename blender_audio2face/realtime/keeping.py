"""A recorded take becomes what a bake leaves: a sound strip, and keys that follow the dials."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import bpy

from ..bake import pipeline
from ..bake.pipeline import Bake
from ..bake.request import BakeRequest
from ..core.cached_curves import StripCurves
from ..core.report import Inference
from ..core.sound.sound_selection import SoundSelection, Strips
from ..errors import PlanError, StripError
from ..scene import sequencer_api
from ..scene import strips as strip
from ..scene.face_plan import objects_with_uids
from ..scene.speakers import speaker_of
from .session import Session
from .take_file import Take, takes_folder, write_take

_LAST_CHANNEL = 128


@dataclass(frozen=True)
class Kept:
    """A take in its file, and where it belongs.

    Attributes:
        take: from a whole frame on.
        path: of its sound.
    """

    take: Take
    path: Path


class Keeping:
    """The way of one take from the session that recorded it into the scene."""

    def __init__(self, session: Session, scene, sequencer_scene) -> None:
        """Ends the session; the face is given back at once.

        Args:
            session: records.
            scene: the face's.
            sequencer_scene: gets the strip.
        """
        self._face = session.face
        self._sequencer_uid = sequencer_scene.session_uid
        self._fps = scene.render.fps / scene.render.fps_base
        self._folder = takes_folder()
        self._is_saved = bool(bpy.data.filepath)
        self._read: Callable[[], Take] = session.stop_recording()
        self.strip_name = ""

    def write(self) -> Kept:
        """Reads the take and writes its file; for any thread. Raises TakeError."""
        take = self._read().from_whole_frame(self._fps)
        return Kept(take, write_take(self._folder, self._face.name, take.samples))

    def place(self, kept: Kept) -> Bake:
        """Puts the sound into the sequencer, and plans its keys; on the main thread.

        Raises:
            StripError: there can be no strip.
            PlanError: the face is gone, or nothing of it would move.
        """
        scenes = {scene.session_uid: scene for scene in bpy.data.scenes}
        try:
            scene, sequencer = scenes[self._face.scene_uid], scenes[self._sequencer_uid]
        except KeyError:
            raise PlanError(f"The scene is gone: the take is in {kept.path}.") from None
        made = _add_strip(sequencer, kept)
        self.strip_name = made.name
        if not self._is_saved:
            made.sound.pack()  # the temporary folder goes when Blender quits
        strip.check_same_rate(sequencer, scene)
        objects = objects_with_uids(self._face.object_uids)
        speaker = speaker_of(scene, objects[0]) if objects else None
        request = BakeRequest(
            scene.session_uid,
            speaker.name if speaker is not None else "",
            self._face.object_uids,
            SoundSelection(sequencer.session_uid, Strips((made.name,))),
        )
        plan = pipeline.plan_bake(request)
        seconds = len(kept.take.curves.values) / kept.take.curves.rate
        curves = tuple(StripCurves.of_strip(one, kept.take.curves) for one in plan.strips)
        return Bake(plan, curves, Inference("real time", "cpu", seconds, seconds))

    def told(self) -> str:
        """Where the sound is, for the artist."""
        if self._is_saved:
            return f"The take's sound is in {self._folder}"
        return "The take's sound is packed into the unsaved file: save it to keep it"


def _add_strip(scene, kept: Kept):
    """A strip from the take's frame on, on a channel of its own, active."""
    editor = scene.sequence_editor_create()
    strips = editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences
    channel = max((one.channel for one in strips), default=0) + 1
    if channel > _LAST_CHANNEL:
        raise StripError(f'The topmost channel of "{scene.name}" is taken: move its strips down.')
    path = str(kept.path)
    if bpy.data.filepath:
        path = bpy.path.relpath(path)
    try:
        made = strips.new_sound(kept.path.stem, path, channel, int(kept.take.frame))
    except RuntimeError as error:
        raise StripError(f"Blender cannot read {kept.path}: see whether it is there.") from error
    for other in strips:
        other.select = other == made
    editor.active_strip = made
    last = sequencer_api.strip_timing(scene, made).right_handle - 1
    scene.frame_end = max(scene.frame_end, last)
    return made
