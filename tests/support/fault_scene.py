"""A scene to bake, and a network whose job can be held at a stage."""

import threading
from collections import Counter
from pathlib import Path

import bpy
import numpy as np

from tests.support.scenes import HAS_SOUND, add_sound, fcurves, make_face, tone, write_wav

SHAPES = ("jawOpen", "mouthClose", "browInnerUp")
OTHER_FILE = "other.blend"
LIBRARY = "library.blend"


def make_scene(folder: Path, output: str) -> None:
    """Anna with an Action of the artist's, Bert without, each a speaker with its own strip (a
    sound file in a Blender without sound), and what changes to the scene need.

    Args:
        folder: gets the sounds, another file to load and one to link from.
        output: of both speakers.
    """
    bpy.context.preferences.edit.use_global_undo = True
    bpy.context.scene["folder"] = str(folder)
    bpy.data.scenes.new("Left")
    sound = folder / "hum.wav"
    if not sound.exists():
        write_wav(sound, tone(0.5), 16000)
        write_wav(folder / "spare.wav", tone(0.4), 16000)
        bpy.ops.wm.save_as_mainfile(filepath=str(folder / OTHER_FILE), copy=True)
    for channel, name in enumerate(("Anna", "Bert"), 1):
        face = make_face(name, SHAPES)
        face.data.shape_keys.name = name
        if HAS_SOUND:
            add_sound(sound, 1, channel, f"Line of {name}")
            voice = {"strip": f"Line of {name}"}
        else:
            voice = {"source": "FILE", "file": str(sound)}
        if name == "Anna":
            face.data.shape_keys.key_blocks["browInnerUp"].keyframe_insert("value", frame=3)
            face.data.shape_keys.animation_data.action.name = "Hand"
        bpy.ops.audio2face.speaker_add(**voice)
        bpy.context.scene.audio2face.speakers[name].output = output
        face.select_set(False)
    spare = make_face("Spare", SHAPES, select=False)
    if not (folder / LIBRARY).exists():
        bpy.data.libraries.write(str(folder / LIBRARY), {spare.data})
    bpy.data.objects["Anna"].select_set(True)
    bpy.context.view_layer.objects.active = bpy.data.objects["Anna"]
    bpy.ops.ed.undo_push(message="the scene")
    bpy.context.scene.frame_set(2)
    bpy.ops.ed.undo_push(message="before the bake")


class Held:
    """A network that opens the jaw by half; its job can be held, or fail with too little memory, at
    a stage."""

    name, device, remark = "fake", "cpu", None

    def __init__(self, curves: type) -> None:
        self._curves = curves
        self.stage = ""
        self.fails_at = ""
        self.reached, self.go = threading.Event(), threading.Event()

    def at(self, stage: str) -> None:
        if stage == self.fails_at:
            raise MemoryError
        if stage == self.stage and not self.go.is_set():
            self.reached.set()
            assert self.go.wait(60.0)

    def predict_blocks(self, blocks, _seconds=None, on_progress=None):
        count = 0
        for block in blocks:
            count += len(block)
            self.at("decoding")
        on_progress(0.5)
        self.at("network")
        values = np.full((count // 160, len(SHAPES)), 0.5, np.float32)
        return self._curves(SHAPES, 100.0, values)


def job_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "audio2face"]


def no_thread_is_left() -> bool:
    for thread in job_threads():
        thread.join(10.0)
    return not job_threads()


def census() -> Counter[str]:
    """How many datablocks there are of each type except Actions."""
    found = Counter(type(datablock).__name__ for datablock in bpy.data.user_map())
    del found["Action"]
    return found


def ours() -> list[bpy.types.Action]:
    """Actions that bakes made or wrote into, and unused ones that keep replaced keys."""
    return [
        action
        for action in bpy.data.actions
        if action.keys()
        or action.name.startswith("A2F")
        or (action.name.startswith(".") and not action.users)
    ]


def whole(besides: frozenset[str] | set[str] = frozenset()) -> list[bpy.types.Action]:
    """Our Actions that move faces and have all their keys, except for some by name."""
    return [
        action
        for key in bpy.data.shape_keys
        for action in _baked_into(key)
        if action.name not in besides and _is_whole(action, key)
    ]


def _baked_into(key) -> list[bpy.types.Action]:
    anim = key.animation_data
    users = [] if anim is None else [anim, *(s for t in anim.nla_tracks for s in t.strips)]
    return [user.action for user in users if user.action in ours()]


def _is_whole(action, key) -> bool:
    if "audio2face_rest" in action:  # holds shape keys at rest below the others
        return len(fcurves(action)) > 0
    wanted = {f'key_blocks["{block.name}"].value' for block in key.key_blocks[1:]}
    curves = fcurves(action)
    return {curve.data_path for curve in curves} >= wanted and all(
        curve.keyframe_points[-1].co.x > 12 for curve in curves
    )
