"""For scripts: speech to curves, and curves to keys, without a window or a selection.

``from bl_ext.user_default.audio2face_blender import api``. The operators (``bpy.ops.audio2face``)
do the same with strips of the sequencer; see docs/scripting.md.
"""

import math
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import bpy

from ..model.curves import Curves
from ..model.errors import A2FError
from ..model.framing import SAMPLE_RATE
from ..model.runtime import choose_runtime
from ..model.streaming import Restartable
from .bake.pipeline import run
from .bake.plan import plan_curves
from .core.cached_curves import StripCurves, encode
from .core.report import BakeReport
from .core.rigs.mapping import Link, Mapping, Target, is_driven_by, known_outputs
from .core.rigs.preset import preset_with_id
from .core.shaping.settings import Dials
from .core.sound.decoders import CHOOSE, DECODERS, check_channel, check_sound_file
from .core.sound.samples import audible_blocks, sound_seconds
from .core.sound.strip_plan import SoundSource
from .core.sound.strip_timing import StripTiming
from .core.target_plan import TargetPlan
from .errors import PlanError
from .scene import live_changes, speaker_settings
from .scene.face_calibration import calibrated
from .scene.face_plan import automatic_mapping, plan_face
from .scene.frame_map import stretched_time
from .scene.kept_paths import absolute
from .scene.mapping_guess import guess_mapping
from .scene.preferred_runtime import preferred_runtime
from .scene.speakers import add_members, add_speaker, speaker_of
from .scene.weights_path import chosen_weights

__all__ = [
    "A2FError",
    "BakeReport",
    "Curves",
    "Dials",
    "Link",
    "Mapping",
    "Target",
    "bake",
    "calibrate",
    "guess",
    "predict",
]

_RATE = 100
"""Rows a second, to which the length of a sound is rounded up."""


def predict(
    path: str | Path,
    *,
    weights: str | Path | None = None,
    runtime: str = "auto",
    device: str = "auto",
    sound_channel: int = 0,
) -> Curves:
    """The 52 ARKit channels that a sound file speaks, at 100 Hz.

    Args:
        path: a sound file; ``//`` is the folder of the .blend.
        weights: weights of one's own (.npz), ``//`` as for ``path``; None for the bundled network.
        runtime: "auto", "numpy" or "torch".
        device: for torch, "auto", "cpu", "cuda", "mps" or "xpu".
        sound_channel: the only channel that is heard, counted from 1; 0 for a mix of all.

    Raises:
        model.errors.A2FError: the file or the weights cannot be used; the sentence says why.
    """
    full = Path(absolute(str(path)))
    check_sound_file(str(full), CHOOSE)
    source = SoundSource(full.name, str(full), sound_channel)
    check_channel(source)
    rows = math.ceil(sound_seconds(source) * _RATE - 1e-6)
    whole = StripTiming(_RATE, 0, 0.0, 0.0, 0, rows)
    own = chosen_weights(str(weights)) if weights is not None else None
    folder = preferred_runtime(bpy.context).torch_folder
    network = choose_runtime(runtime, own, rows / _RATE, device, folder)
    sound = Restartable(partial(audible_blocks, source, whole, SAMPLE_RATE, DECODERS))
    return network.predict_blocks(sound, rows / _RATE)


def bake(
    curves: Curves,
    objects: Iterable[bpy.types.Object],
    *,
    name: str | None = None,
    key: str | None = None,
    frame_start: int = 1,
    scene: bpy.types.Scene | None = None,
    dials: Dials | None = None,
    mapping: Mapping | None = None,
    preset: str = "",
    output: str | None = None,
    keys: str | None = None,
    hold: int | None = None,
    every_frame: bool | None = None,
    tolerance: float | None = None,
) -> BakeReport:
    """Keys curves on a face; its speaker is made, or found by the first object.

    What is not given stays as the speaker has it. An operator that calls this makes one undo step
    of it; a plain script makes none.

    Args:
        curves: what to key, from ``predict`` or one's own: ARKit names, any rate.
        objects: the face's meshes and armatures; those a known speaker lacks are added to it.
        name: what the keys are known by: the same name again replaces them. Without one they
            replace those without a name with which they share frames.
        key: what the keys are known by instead, where ``name`` is only for people.
        frame_start: frame of the curves' first row.
        scene: the face's; the current one by default.
        dials: how the curves are shaped.
        mapping: links of one's own.
        preset: id of a rig preset, instead of links or of the preset that fits best.
        output: "ACTION", "NLA" or "ACTIVE".
        keys: "POSES", "REDUCED" (few), "EVERY_FRAME" or "STEPPED".
        hold: frames that stepped keys hold a pose, 2 to 12.
        every_frame: a key on each frame instead of few; ``keys`` says more.
        tolerance: the most that few keys may differ, in shape-key units, 0.001 to 0.2.

    Raises:
        model.errors.A2FError: nothing can be keyed; the sentence says why, and nothing is changed.
        TypeError: there is no such output or kind of keys; nothing is changed.
    """
    scene = scene or bpy.context.scene
    faces = list(objects)
    if not len(curves.values):
        raise PlanError("There is nothing to key: the curves have no rows.")
    speaker = speaker_of(scene, faces[0]) if faces else None
    with ExitStack() as undo:
        if speaker is None:
            plan_face(faces, None)
            speaker = add_speaker(scene, faces[0].name, faces, undo)
        else:
            undo.callback(speaker_settings.restore, speaker, speaker_settings.snapshot(speaker))
            add_members(speaker, faces, undo)
        with live_changes.suspend_live_update():
            if output is not None:
                speaker.output = output
            if every_frame is not None:
                speaker.reduction = "EVERY_FRAME" if every_frame else "REDUCED"
            if keys is not None:
                speaker.reduction = keys
            if hold is not None:
                speaker.hold = hold
            if tolerance is not None:
                speaker.tolerance = tolerance
            if dials is not None:
                speaker_settings.set_dials(speaker, dials)
            if mapping is not None:
                speaker_settings.set_mapping(speaker, mapping)
            elif preset:
                speaker_settings.set_mapping(speaker, Mapping(preset, ()))
        known_as, timing = speaker.name, _timing(scene, frame_start, curves)
        if key is None:
            key = f"curves {name}" if name is not None else ""
        strip = StripCurves(name or "curves", timing, encode(curves), key=key)
        plan = plan_curves(speaker, strip)
        _check_channels(curves, plan.face.plans)
        report = run(plan)
        undo.pop_all()
    scene.audio2face.speakers[known_as].report = report.text
    return report


def guess(objects: Iterable[bpy.types.Object], mapping: Mapping | None = None) -> Mapping:
    """Links for shape keys whose names say nothing, by the points that they move.

    Args:
        objects: the face's meshes.
        mapping: links that are known already; None for those found by name.

    Returns:
        The known links, the guessed ones, and links without a target for what was not found.

    Raises:
        model.errors.A2FError: no further shape key moves as any channel does.
    """
    return guess_mapping(list(objects), mapping).mapping


def calibrate(
    objects: Iterable[bpy.types.Object], mapping: Mapping | None = None
) -> tuple[Mapping, tuple[str, ...]]:
    """A mapping whose mouth opens as on film and whose sealed lips touch, and what was measured.

    Args:
        objects: the face's meshes.
        mapping: links to correct; None for those found by name.

    Raises:
        model.errors.A2FError: jaw and closing lips have no links of their own, or no lips are
            found.
    """
    faces = list(objects)
    made = calibrated(faces, mapping or automatic_mapping(faces))
    return made.mapping, made.findings


def _check_channels(curves: Curves, plans: Sequence[TargetPlan]) -> None:
    """Raises PlanError when the curves say nothing about any control of a face."""
    known = [name for name in curves.names if name in known_outputs(None)]
    for plan in plans if known else ():
        preset = preset_with_id(plan.preset_id) if plan.preset_id is not None else None
        if any(is_driven_by(known, preset, one.link) for one in plan.links):
            return
    names = ", ".join(curves.names[:3]) or "none"
    raise PlanError(
        f"The channels of the curves ({names}) move nothing on this face: name them as ARKit does, "
        "such as jawOpen."
    )


def _timing(scene, first: int, curves: Curves) -> StripTiming:
    fps = scene.render.fps / scene.render.fps_base
    frames = math.ceil(len(curves.values) / curves.rate * fps - 1e-6)
    timing = StripTiming(fps, first, 0.0, 0.0, first, first + max(frames, 1))
    return stretched_time(scene).timing(timing)
