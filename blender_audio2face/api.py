"""For scripts: speech to curves, and curves to keys, without a window or a selection.

``from bl_ext.user_default.audio2face_blender.blender_audio2face import api``. The operators
(``bpy.ops.audio2face``) do the same with strips of the sequencer; see docs/scripting.md.
"""

import math
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path

import bpy

from ..model.audio_file import read_audio
from ..model.curves import Curves
from ..model.runtime import choose_runtime
from . import edits, live, settings
from .errors import PlanError
from .faces import plan_face
from .keying import finish, key_speaker
from .report import BakeReport, describe
from .rigs.mapping import Mapping
from .shaping.dials import Dials
from .speakers import add_speaker, members_of, speaker_of
from .take_store import NewTake, as_kept, store_take
from .timing import StripTiming

__all__ = ["BakeReport", "Curves", "Dials", "Mapping", "bake", "predict"]


def predict(
    path: str | Path, *, weights: str | Path | None = None, runtime: str = "auto"
) -> Curves:
    """The 52 ARKit channels that a sound file speaks, at 100 Hz.

    Args:
        path: a sound file.
        weights: weights of one's own (.npz); None for the bundled network.
        runtime: "auto", "numpy" or "torch".

    Raises:
        model.errors.A2FError: the file or the weights cannot be used; the sentence says why.
    """
    network = choose_runtime(runtime, Path(weights) if weights is not None else None)
    return network.predict(read_audio(str(path)))


def bake(
    curves: Curves,
    objects: Iterable[bpy.types.Object],
    *,
    name: str = "curves",
    frame_start: int = 1,
    scene: bpy.types.Scene | None = None,
    dials: Dials | None = None,
    mapping: Mapping | None = None,
    preset: str = "",
    output: str = "ACTION",
    every_frame: bool = False,
    tolerance: float = 0.01,
) -> BakeReport:
    """Keys curves on a face; its speaker is made, or found by the first object.

    Args:
        curves: what to key, from ``predict`` or one's own; ARKit names.
        objects: the face's meshes and armatures.
        name: what the keys are known by: the same name again replaces them.
        frame_start: frame of the curves' first row.
        scene: the face's; the current one by default.
        dials: how the curves are shaped; None keeps the speaker's.
        mapping: links of one's own; None keeps the speaker's, or finds them by name.
        preset: id of a rig preset; empty for the one that fits best.
        output: "ACTION", "NLA" or "ACTIVE".
        every_frame: a key on each frame instead of few.
        tolerance: the most that few keys may differ, in shape-key units.

    Raises:
        model.errors.A2FError: nothing can be keyed; the sentence says why, and nothing is changed.
    """
    scene = scene or bpy.context.scene
    faces = list(objects)
    if not len(curves.values):
        raise PlanError("There is nothing to key: the curves have no rows.")
    speaker = speaker_of(scene, faces[0]) if faces else None
    with ExitStack() as undo:
        if speaker is None:
            plan_face(faces, None, check_effect=False)
            speaker = add_speaker(scene, faces[0].name, faces, undo)
        else:
            undo.callback(settings.restore, speaker, settings.snapshot(speaker))
        with live.quietly(speaker):
            speaker.output, speaker.tolerance = output, tolerance
            speaker.reduction = "EVERY_FRAME" if every_frame else "REDUCED"
            if dials is not None:
                settings.set_dials(speaker, dials)
            if preset:
                speaker.preset = preset
            if mapping is not None:
                settings.set_mapping(speaker, mapping)
        plans, skipped = plan_face(members_of(speaker), speaker)
        take = NewTake(f"curves {name}", name, _timing(scene, frame_start, curves), curves)
        takes = [as_kept(store_take(speaker, take, undo))]
        written = key_speaker(speaker, plans, takes, undo)
        undo.pop_all()
    outcomes = finish(written)
    edits.remember(plans)
    report = describe(takes, outcomes, skipped, None)
    speaker.report = report.text
    return report


def _timing(scene, first: int, curves: Curves) -> StripTiming:
    fps = scene.render.fps / scene.render.fps_base
    frames = math.ceil(len(curves.values) / curves.rate * fps - 1e-6)
    return StripTiming(fps, first, 0.0, 0.0, first, first + max(frames, 1))
