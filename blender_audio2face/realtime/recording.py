"""A live recording becomes what a bake leaves: a sound strip, and keys that follow the dials."""

import wave
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import bpy
import numpy as np

from ...model.curves import Curves
from ...model.features import FRAME_RATE
from ...model.framing import HOP, SAMPLE_RATE
from ..bake.pipeline import Bake
from ..bake.plan import plan_bake
from ..bake.request import BakeRequest
from ..core.cached_curves import StripCurves
from ..core.report import Inference
from ..core.sound.sound_selection import SoundSelection, Strips
from ..errors import PlanError, RecordingError, StripError
from ..scene import sequencer_api
from ..scene.face_plan import objects_with_uids
from ..scene.speakers import speaker_of
from ..scene.strips import check_same_rate

if TYPE_CHECKING:
    from .session import Session

_FOLDER = "audio2face_takes"
_LAST_CHANNEL = 128


@dataclass(frozen=True)
class Recording:
    """A recorded voice and its curves.

    Attributes:
        samples: float32 [N] at 16 kHz.
        curves: the network's, from the first sample on.
        frame: of the scene at the first sample; may lie between two frames.
    """

    samples: np.ndarray
    curves: Curves
    frame: float

    def from_whole_frame(self, fps: float) -> "Recording":
        """The recording from the next whole frame on, to 5 ms: strips begin on whole frames."""
        first = int(np.ceil(self.frame - 1e-6))
        rows = round((first - self.frame) / fps * FRAME_RATE)
        curves = Curves(self.curves.names, self.curves.rate, self.curves.values[rows:])
        return Recording(self.samples[rows * HOP :], curves, float(first))


class RecordingKeeper:
    """Takes a recording from its session into the sequencer, and prepares its keys."""

    def __init__(self, session: "Session", scene, sequencer_scene) -> None:
        """Ends the session; the face is restored at once.

        Args:
            session: records.
            scene: the face's.
            sequencer_scene: gets the strip.
        """
        self._session = session
        self._sequencer_uid = sequencer_scene.session_uid
        self._fps = scene.render.fps / scene.render.fps_base
        self._folder = recordings_folder()
        self._is_saved = bool(bpy.data.filepath)
        self._read: Callable[[], Recording] = session.stop_recording()
        self._path: Path | None = None
        self._remove_strip: Callable[[], None] | None = None

    def write(self) -> Recording:
        """Reads the recording and writes its sound to a file; for any thread.

        Raises:
            RecordingError: it cannot be read or written.
        """
        recording = self._read().from_whole_frame(self._fps)
        self._path = write_wav(self._folder, self._session.name, recording.samples)
        return recording

    def place(self, recording: Recording) -> Bake:
        """Adds the written sound to the sequencer, and plans its keys; on the main thread.

        Raises:
            StripError: the strip cannot be added; there is none then.
            PlanError: the face was removed, or nothing of it would move; there is no strip then.
        """
        scenes = {scene.session_uid: scene for scene in bpy.data.scenes}
        try:
            scene, sequencer = scenes[self._session.scene_uid], scenes[self._sequencer_uid]
        except KeyError:
            raise PlanError("The scene was removed.") from None
        check_same_rate(sequencer, scene)
        strip, self._remove_strip = _add_strip(sequencer, self._path, int(recording.frame))
        try:
            if not self._is_saved:  # the temporary folder is deleted when Blender quits
                strip.sound.pack()
            return self._plan(scene, sequencer, strip.name, recording)
        except BaseException:
            self.remove_strip()
            raise

    def remove_strip(self) -> None:
        """Removes the strip, if it was added, because its keys were not written."""
        if self._remove_strip is not None:
            self._remove_strip()
            self._remove_strip = None

    @property
    def message(self) -> str:
        """Where the sound is, for the artist; empty if it was not written."""
        if self._path is None:
            return ""
        if self._is_saved:
            return f"The recording's sound is in {self._path}"
        if self._remove_strip is not None:
            return "The recording's sound is packed into the unsaved file: save it to keep it"
        return f"The recording's sound is in {self._path} until Blender quits: copy it to keep it"

    def _plan(self, scene, sequencer, strip: str, recording: Recording) -> Bake:
        """The bake of the strip of a name, with the recorded curves."""
        objects = objects_with_uids(self._session.object_uids)
        speaker = speaker_of(scene, objects[0]) if objects else None
        request = BakeRequest(
            scene.session_uid,
            speaker.name if speaker is not None else "",
            self._session.object_uids,
            SoundSelection(sequencer.session_uid, Strips((strip,)), scene.session_uid),
            names_sound=True,
        )
        plan = plan_bake(request)
        seconds = len(recording.curves.values) / recording.curves.rate
        curves = tuple(StripCurves.of_strip(each, recording.curves) for each in plan.strips)
        return Bake(plan, curves, Inference("real time", "cpu", seconds, seconds))


def recordings_folder() -> Path:
    """Beside the .blend; Blender's temporary folder while it was never saved."""
    if not bpy.data.filepath:
        return Path(bpy.app.tempdir)
    return Path(bpy.data.filepath).parent / _FOLDER


def write_wav(folder: Path, name: str, samples: np.ndarray) -> Path:
    """Writes a 16-bit WAV to a new file.

    Args:
        folder: is created if it does not exist.
        name: the file's, before its number.
        samples: float32 [N] at 16 kHz.

    Raises:
        RecordingError: the folder cannot be written to.
    """
    pcm = np.rint(np.clip(samples, -1.0, 1.0) * 32767.0).astype("<i2")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path, handle = _new_file(folder, bpy.path.clean_name(name))
        try:
            with handle, wave.open(handle, "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(SAMPLE_RATE)
                file.writeframes(pcm.tobytes())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return path
    except OSError as error:
        raise RecordingError(
            f"The recording cannot be written to {folder} ({error}): save the .blend in another "
            "folder."
        ) from error


def _new_file(folder: Path, stem: str) -> tuple[Path, BinaryIO]:
    """The first file of a number that does not exist yet."""
    number = 1
    while True:
        path = folder / f"{stem}_{number:03}.wav"
        try:
            return path, path.open("xb")
        except FileExistsError:
            number += 1


def _strips(scene):
    editor = scene.sequence_editor_create()
    return editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences


def _add_strip(scene, sound: Path, frame: int) -> tuple[Any, Callable[[], None]]:
    """Adds a strip on a channel of its own, and makes it active.

    Returns:
        The strip, and a function that removes it again, whatever was undone meanwhile.
    """
    strips, editor = _strips(scene), scene.sequence_editor
    channel = max((strip.channel for strip in strips), default=0) + 1
    if channel > _LAST_CHANNEL:
        raise StripError(f'The topmost channel of "{scene.name}" is taken: move its strips down.')
    selected = {strip.name for strip in strips if strip.select}
    active = editor.active_strip.name if editor.active_strip is not None else ""
    path = bpy.path.relpath(str(sound)) if bpy.data.filepath else str(sound)
    try:
        made = strips.new_sound(sound.stem, path, channel, frame)
    except RuntimeError as error:
        raise StripError(f"Blender cannot read {sound}: see whether it is there.") from error
    for other in strips:
        other.select = other == made
    editor.active_strip = made
    scene_uid, sound_uid, before = scene.session_uid, made.sound.session_uid, scene.frame_end
    after = max(before, sequencer_api.strip_timing(scene, made).right_handle - 1)
    scene.frame_end = after

    def remove() -> None:
        for scene in bpy.data.scenes:
            if scene.session_uid != scene_uid:
                continue
            _remove_strips_of(scene, sound_uid)
            for other in _strips(scene):
                other.select = other.name in selected
                if other.name == active:
                    scene.sequence_editor.active_strip = other
            if scene.frame_end == after:
                scene.frame_end = before

    return made, remove


def _remove_strips_of(scene, sound_uid: int) -> None:
    """Removes the strips of a sound, by its session_uid, and the sound if nothing else uses it."""
    strips = _strips(scene)
    for strip in [strip for strip in strips if strip.type == "SOUND"]:
        sound = strip.sound
        if sound is not None and sound.session_uid == sound_uid:
            strips.remove(strip)
            if sound.users == 0:
                bpy.data.sounds.remove(sound)
