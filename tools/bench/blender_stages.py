"""The stages inside Blender: its start, writing keys, and a whole bake.

The extension is installed already (``install``); BLENDER_USER_RESOURCES says where.
"""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from types import ModuleType

import numpy as np

from .cost import measured

MODULE = "bl_ext.user_default.audio2face_blender"
MANY = 20_000
"""Keys of a channel in a feature-length bake."""

Rows = dict[str, dict[str, np.ndarray]]
"""Channel -> frames, values and slopes of its keys."""

_HEAVY = ("torch", "soundfile", "soxr")


def install(package: str) -> dict[str, object]:
    """Installs the zip for the stages that follow, and says which Blender this is."""
    import bpy

    from tools.demo.install import install_zip

    install_zip(Path(package))
    return {"blender": bpy.app.version_string}


def start() -> dict[str, object]:
    """Blender's own start: ``import bpy``, its module."""
    return measured(lambda: import_module("bpy"))[1].plain()


def enable() -> dict[str, object]:
    """Import and register of the add-on in a Blender that runs, and what it imported."""
    import bpy  # noqa: F401 - addon_utils is there once it is imported
    from addon_utils import enable as enable_addon

    known = set(sys.modules)
    cost = measured(lambda: enable_addon(MODULE))[1]
    imported = set(sys.modules) - known
    return cost.plain() | {"heavy": sorted(imported & set(_HEAVY))}


def add_head() -> dict[str, object]:
    """The demo head with its sentence, as its button adds them."""
    import bpy

    _ready()
    return measured(lambda: bpy.ops.audio2face.add_demo_head(with_speech=True))[1].plain()


def write(keys: str) -> dict[str, object]:
    """Writes keys as a bake does: an Action of our own on 52 shape keys."""
    _ready()
    return _written(_read_keys(keys))


def insert(keys: str) -> dict[str, object]:
    """The same keys with ``keyframe_insert``, as scripts are wont to."""
    _ready()
    return _inserted(_read_keys(keys))


def many_write() -> dict[str, object]:
    """52 channels with MANY keys each, as a bake does."""
    _ready()
    return _written(dict.fromkeys(_shipped_model("channels").ARKIT_52, _many()))


def many_insert() -> dict[str, object]:
    """The same with ``keyframe_insert``: the cost of one channel, times 52, as all of them take
    minutes. It flatters the loop, which has to find each key's F-curve among the 52."""
    _ready()
    names = _shipped_model("channels").ARKIT_52
    one = _inserted({names[0]: _many()})
    return one | {what: one[what] * len(names) for what in ("wall", "cpu", "keys")}


def bake(clip: str) -> dict[str, object]:
    """``bpy.ops.audio2face.bake()`` on the demo head, from a sound strip to F-curves."""
    import bpy

    _ready()
    _demo_head()
    editor = bpy.context.scene.sequence_editor_create()
    strips = editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences
    editor.active_strip = strips.new_sound("Speech", clip, 1, 1)
    cost = measured(bpy.ops.audio2face.bake)[1]
    curves = [curve for action in bpy.data.actions for curve in _curves(action)]
    return cost.plain() | {"keys": sum(len(curve.keyframe_points) for curve in curves)}


def _ready() -> None:
    import bpy
    from addon_utils import enable as enable_addon

    enable_addon(MODULE)
    bpy.ops.wm.read_homefile(use_factory_startup=True, use_empty=True)


def _demo_head():
    import bpy

    return _shipped("demo_head.add").add_demo_head(bpy.context, with_speech=False)


def _curves(action) -> list:
    slotted = _shipped("actions.slotted")
    slots = action.slots if slotted.SLOTTED else (None,)
    return [curve for slot in slots for curve in slotted.curves_of(action, slot).values()]


def _shipped(module: str) -> ModuleType:
    return import_module(f"{MODULE}.blender_audio2face.{module}")


def _shipped_model(module: str) -> ModuleType:
    return import_module(f"{MODULE}.model.{module}")


def _many() -> dict[str, np.ndarray]:
    frames = np.arange(MANY, dtype=np.float64)
    values = 0.5 + 0.5 * np.sin(frames / 7.0)
    slopes = 0.5 / 7.0 * np.cos(frames / 7.0)
    return {
        "frames": frames,
        "values": values.astype(np.float32),
        "slopes": slopes.astype(np.float32),
    }


def _read_keys(path: str) -> Rows:
    rows: Rows = {}
    with np.load(path) as archive:
        for name in archive.files:
            channel, part = name.split(".")
            rows.setdefault(channel, {})[part] = archive[name]
    return rows


def _written(rows: Rows) -> dict[str, object]:
    head = _demo_head().data.shape_keys
    actions, segments = _shipped("actions"), _shipped("segments")
    channel_path = _shipped("channel_keys").ChannelPath
    make = _shipped("shaping.keys").Keys
    last = max(int(one["frames"][-1]) for one in rows.values())
    made = {
        channel_path(head.key_blocks[name].path_from_id("value")): make(**one)
        for name, one in rows.items()
    }
    bakes = (actions.StripKeys((segments.Segment("speech", 0, last + 1),), made),)

    def work() -> None:
        with ExitStack() as undo:
            baked = actions.write_keys(head, "A2F Head", bakes, actions.ACTION, undo)
            undo.pop_all()
        actions.commit(baked)

    return measured(work)[1].plain() | {"keys": _count(rows)}


def _inserted(rows: Rows) -> dict[str, object]:
    blocks = _demo_head().data.shape_keys.key_blocks

    def work() -> None:
        for name, one in rows.items():
            block = blocks[name]
            pairs = zip(one["frames"].tolist(), one["values"].tolist(), strict=True)
            for frame, value in pairs:
                block.value = value
                block.keyframe_insert("value", frame=frame)

    return measured(work)[1].plain() | {"keys": _count(rows)}


def _count(rows: Rows) -> int:
    return sum(len(one["frames"]) for one in rows.values())


STAGES: dict[str, Callable[..., dict[str, object]]] = {
    "install": install,
    "start": start,
    "enable": enable,
    "add_head": add_head,
    "write": write,
    "insert": insert,
    "many_write": many_write,
    "many_insert": many_insert,
    "bake": bake,
}
