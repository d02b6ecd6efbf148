"""What runs in fresh processes: ``python -m tools.bench.stages STAGE ARGUMENTS ANSWER``.

A stage is a function here, or one of another module as ``window.dials_and_preview``. The arguments
are JSON and the answer is a file, so that Blender may print what it likes. Every stage returns
numbers by name: seconds, bytes or counts.
"""

import json
import os
import sys
import time
from importlib import import_module
from pathlib import Path

import numpy as np

from . import addon
from .measure import StageError, measured


def install(package: str) -> dict[str, float]:
    """Installs the zip for the stages that follow."""
    import bpy  # noqa: F401 - it has to be there before its extension system

    from tools.demo.install import install_zip

    install_zip(Path(package))
    return {}


def bake(clips: list[str]) -> dict[str, float]:
    """Registers the add-on, and bakes the demo head from each clip in turn."""
    import bpy

    answer = {"register": measured(addon.enable)["wall"]}
    head = demo_head()
    for name, clip in zip(("first", "later"), clips, strict=False):
        add_strip(clip)
        cost = measured(lambda: bpy.ops.audio2face.bake(runtime="numpy"))
        answer |= {f"{name} {what}": value for what, value in cost.items()}
    answer["keys"] = sum(len(curve.keyframe_points) for curve in fcurves(head.data.shape_keys))
    if not answer["keys"]:
        raise StageError("The bake keyed nothing.")
    return answer


def network(name: str, device: str, clip: str) -> dict[str, float]:
    """The curves of a clip: ``start`` is the wall time of making the network, with its imports and
    the first second of sound, the rest is the cost of all of the clip after that."""
    import soundfile
    import soxr

    samples, rate = soundfile.read(clip, dtype="float32")
    samples = soxr.resample(samples.mean(axis=1), rate, 16000).astype(np.float32)
    began = time.perf_counter()
    runtime = addon.runtime(Path(os.environ["BLENDER_USER_RESOURCES"]), name, device)
    runtime.predict(samples[:16000])
    start = time.perf_counter() - began
    pieces = [samples[i : i + 96000] for i in range(0, len(samples), 96000)]  # as a decoder's
    return {"start": start, **measured(lambda: runtime.predict_blocks(pieces))}


def devices() -> dict[str, float]:
    """Whether torch is installed, and whether it finds a GPU."""
    try:
        import torch
    except ImportError:
        return {"torch": 0, "cuda": 0}
    return {"torch": 1, "cuda": int(torch.cuda.is_available())}


def write_keys(count: int) -> dict[str, float]:
    """52 channels with so many keys each, as a bake writes them."""
    start_addon()
    shape_keys = demo_head().data.shape_keys
    frames, values, slopes = many_keys(count)
    cost = measured(lambda: addon.write_keys(shape_keys, frames, values, slopes))
    if sum(len(curve.keyframe_points) for curve in fcurves(shape_keys)) != 52 * count:
        raise StageError("Not all keys were written.")
    return cost


def insert_keys(count: int) -> dict[str, float]:
    """The same with ``keyframe_insert``: one channel times 52, as all of them take a quarter of an
    hour. That flatters it: with more channels each insert has to look through more F-curves."""
    start_addon()
    block = demo_head().data.shape_keys.key_blocks[1]
    frames, values, _ = many_keys(count)

    def work() -> None:
        for frame, value in zip(frames.tolist(), values.tolist(), strict=True):
            block.value = value
            block.keyframe_insert("value", frame=frame)

    cost = measured(work)
    return {"wall": 52 * cost["wall"], "cpu": 52 * cost["cpu"]}


def start_addon() -> None:
    """Starts Blender, and the add-on in it."""
    import bpy  # noqa: F401 - the add-on's registration needs it

    addon.enable()


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


def many_keys(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames, values and slopes of keys, each [count]."""
    frames = np.arange(count, dtype=np.float64)
    values = 0.5 + 0.5 * np.sin(frames / 7.0)
    slopes = 0.5 / 7.0 * np.cos(frames / 7.0)
    return frames, values.astype(np.float32), slopes.astype(np.float32)


if __name__ == "__main__":
    _, stage, arguments, answer = sys.argv
    module, _, function = stage.rpartition(".")
    stages = import_module(f"tools.bench.{module or 'stages'}")
    numbers = getattr(stages, function)(**json.loads(arguments))
    Path(answer).write_text(json.dumps(numbers), "utf-8")
    os._exit(0)  # Blender's module may hang in its own clean-up once it has played sound
