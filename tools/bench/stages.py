"""What runs in fresh processes: ``python -m tools.bench.stages STAGE ARGUMENTS ANSWER``.

A stage is a function here, or one of another module as ``window.dials_and_preview``. The arguments
are JSON and the answer is a file, so that Blender may print what it likes. A stage returns figures
by the names that the report gives them, in seconds, bytes or multiples.

Operators, properties and panels keep their names. The few things that are called by their path
inside the zip are all in this file.
"""

import json
import os
import sys
import time
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np

from tools.demo.install import MODULE

from .measure import StageError, measured


def extension_folder(resources: Path) -> Path:
    """Where Blender unpacks the extension, below its user folder."""
    return resources / "extensions" / "user_default" / "audio2face_blender"


def install(package: str) -> dict[str, float]:
    """Installs the zip for the stages that follow."""
    import bpy  # noqa: F401 - it has to be there before its extension system

    from tools.demo.install import install_zip

    install_zip(Path(package))
    return {}


def bake(clips: list[str], length: str) -> dict[str, float]:
    """Registers the add-on, and bakes the demo head from each clip in turn."""
    import bpy

    answer = {"import and register": measured(enable)["wall"]}
    head = demo_head()
    for name, clip in zip(("first", "later"), clips, strict=False):
        add_strip(clip)
        cost = measured(lambda: bpy.ops.audio2face.bake(runtime="numpy"))
        answer[f"{name} bake, {length}"] = cost["wall"]
        answer[f"{name} bake, processor time, {length}"] = cost["cpu"]
        if name == "first":
            answer[f"first bake, memory added, {length}"] = cost["memory"]
    if not key_count(head.data.shape_keys):
        raise StageError("The bake keyed nothing.")
    return answer


def network(what: str, name: str, device: str, clip: str) -> dict[str, float]:
    """Curves of a clip by a runtime outside Blender: the start, which is the wall time of making
    the network, with its imports and the first second of sound, and the speed after that."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(clip, dtype="float32")
    samples = soxr.resample(samples.mean(axis=1), rate, 16000).astype(np.float32)
    began = time.perf_counter()
    sys.path.insert(0, str(extension_folder(Path(os.environ["BLENDER_USER_RESOURCES"])).parent))
    module = import_module("audio2face_blender.model.runtime")
    runtime = module.choose_runtime(name, device=device)
    runtime.predict(samples[:16000])
    start = time.perf_counter() - began
    pieces = [samples[i : i + 96000] for i in range(0, len(samples), 96000)]  # as a decoder's
    cost = measured(lambda: runtime.predict_blocks(pieces))
    speed = len(samples) / 16000 / cost["wall"]
    return {f"{what}: times real time": speed, f"{what}: start": start}


def write_keys(count: int) -> dict[str, float]:
    """52 channels with so many keys each, written as a bake does: an Action of its own."""
    import bpy  # noqa: F401 - the add-on's registration needs it

    enable()
    shape_keys = demo_head().data.shape_keys
    write, keyframes = _part("animation.write"), _part("core.keys.keyframes")
    frames, values, slopes = many_keys(count)
    keys = keyframes.Keys(frames, values, slopes)
    curves = {
        keyframes.FCurvePath(block.path_from_id("value")): keys
        for block in shape_keys.key_blocks[1:53]
    }
    span = _part("core.keys.frame_ranges").FrameRange("speech", 0, count)
    bakes = (_part("animation.layer").StripKeyframes((span,), curves),)

    def work() -> None:
        with ExitStack() as undo:
            pending = write.write_keys(shape_keys, "A2F Head", bakes, write.ACTION, undo)
            undo.pop_all()
        pending.transaction.complete()

    cost = measured(work)
    if key_count(shape_keys) != 52 * count:
        raise StageError("Not all keys were written.")
    return {f"52 × {count} keys written": cost["wall"]}


def insert_keys(count: int) -> dict[str, float]:
    """The same with ``keyframe_insert``: one channel times 52, as all of them take a quarter of an
    hour. That flatters it: with more channels each insert has to look through more F-curves."""
    import bpy  # noqa: F401 - the add-on's registration needs it

    enable()
    block = demo_head().data.shape_keys.key_blocks[1]
    frames, values, _ = many_keys(count)

    def work() -> None:
        for frame, value in zip(frames.tolist(), values.tolist(), strict=True):
            block.value = value
            block.keyframe_insert("value", frame=frame)

    return {f"52 × {count} keys with `keyframe_insert`": 52 * measured(work)["wall"]}


def enable() -> None:
    """Imports and registers the installed add-on. ``bpy`` has to be imported before."""
    import addon_utils

    if addon_utils.enable(MODULE) is None:
        raise RuntimeError("Blender did not enable the add-on: its reason is above.")


def demo_head():
    """The demo head in a scene that is otherwise empty."""
    import bpy

    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)
    bpy.ops.audio2face.add_demo_head(with_speech=False)
    return bpy.context.view_layer.objects.active


def add_strip(clip: str):
    """A sound strip in place of all others, made active."""
    import bpy

    editor = bpy.context.scene.sequence_editor_create()
    strips = editor.strips if hasattr(editor, "strips") else editor.sequences
    for strip in list(strips):
        strips.remove(strip)
    editor.active_strip = strips.new_sound("Speech", clip, 1, 1)
    return editor.active_strip


def fcurves(datablock) -> list:
    """F-curves of the Action on a datablock."""
    data = datablock.animation_data
    if data is None or data.action is None:
        return []
    if not hasattr(data.action, "layers"):
        return list(data.action.fcurves)
    bags = [bag for layer in data.action.layers for s in layer.strips for bag in s.channelbags]
    return [curve for bag in bags for curve in bag.fcurves]


def key_count(datablock) -> int:
    """Number of keyframes of the Action on a datablock."""
    return sum(len(curve.keyframe_points) for curve in fcurves(datablock))


def many_keys(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames, values and slopes of keys, each [count]."""
    frames = np.arange(count, dtype=np.float64)
    values = 0.5 + 0.5 * np.sin(frames / 7.0)
    slopes = 0.5 / 7.0 * np.cos(frames / 7.0)
    return frames, values.astype(np.float32), slopes.astype(np.float32)


def _part(name: str) -> ModuleType:
    return import_module(f"{MODULE}.blender_audio2face.{name}")


if __name__ == "__main__":
    _, stage, arguments, answer = sys.argv
    module, _, function = stage.rpartition(".")
    stages = import_module(f"tools.bench.{module or 'stages'}")
    numbers = getattr(stages, function)(**json.loads(arguments))
    Path(answer).write_text(json.dumps(numbers), "utf-8")
    os._exit(0)  # Blender's module may hang in its own clean-up once it has played sound
