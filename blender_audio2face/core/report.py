"""What a bake did, in words: what was keyed, where, and what may hide it."""

from collections.abc import Sequence
from dataclasses import dataclass

from .cached_curves import StripCurves
from .sound.strip_plan import SkippedMesh
from .target_plan import TargetPlan


@dataclass(frozen=True)
class Inference:
    """How the curves were made.

    Attributes:
        runtime: name of what ran the network, and ``device`` what it ran on.
        audio_seconds: length of the sound, and ``wall_seconds`` how long it took.
        weights: name of the artist's weights file, if any.
        remark: a sentence on why another runtime or device ran than was asked for, or None.
    """

    runtime: str
    device: str
    audio_seconds: float
    wall_seconds: float
    weights: str | None = None
    remark: str | None = None


@dataclass(frozen=True)
class WrittenAction:
    """What was written for one datablock.

    Attributes:
        plan: what was to be keyed on it.
        action: name of the Action that holds the keys.
        output: "ACTION", "NLA" or "ACTIVE".
        note: why it is not the output that was asked for, or None.
        track: name of the NLA track, or None.
        controls: how many controls were keyed.
        keys: how many keys were written.
        frames: how many a key on each frame would have been.
        first_frame: frame of the first key.
        last_frame: frame of the last key.
        set_aside: name of the artist's Action that ours replaced, or None.
        set_aside_curves: how many F-curves of that Action moved these controls.
    """

    plan: TargetPlan
    action: str
    output: str
    note: str | None
    track: str | None
    controls: int
    keys: int
    frames: int
    first_frame: int
    last_frame: int
    set_aside: str | None = None
    set_aside_curves: int = 0


@dataclass(frozen=True)
class BakeReport:
    """One line for the status bar, the details, and what keeps the result from showing."""

    summary: str
    details: tuple[str, ...]
    hidden: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Summary and details, for the panel, which shows what is hidden with a button each."""
        return "\n".join((self.summary, *self.details))

    @property
    def lines(self) -> tuple[str, ...]:
        """All there is to say."""
        return (self.summary, *self.details, *(f"Hidden: {reason}" for reason in self.hidden))


def describe(
    strips: Sequence[StripCurves],
    written: Sequence[WrittenAction],
    skipped: Sequence[SkippedMesh],
    inference: Inference | None,
    remarks: Sequence[str] = (),
    hidden: Sequence[str] = (),
) -> BakeReport:
    """The report of keys that were written.

    Args:
        strips: what was keyed.
        written: what was written.
        skipped: objects that were not keyed.
        inference: how the curves were made; None when they were kept from before.
        remarks: further sentences.
        hidden: sentences on what keeps the result from showing.
    """
    faces = ", ".join(dict.fromkeys(one.plan.object_name for one in written))
    controls = sum(one.controls for one in written)
    names = ", ".join(f'"{strip.name}"' for strip in strips[:3])
    names += f" and {len(strips) - 3} more" if len(strips) > 3 else ""
    first = min(strip.timing.left_handle for strip in strips)
    last = max(strip.timing.right_handle for strip in strips) - 1
    summary = (
        f"Keyed {_counted(controls, 'control')} of {faces} from {names}, frames {first} to {last}"
    )
    details = [] if inference is None else _inference_details(inference)
    for one in written:
        details += _details(one)
    details += [f'Skipped "{mesh.object_name}": it {mesh.reason}.' for mesh in skipped]
    hidden = (*hidden, *(reason for one in written for reason in one.plan.hidden_by))
    return BakeReport(summary, (*details, *remarks), hidden)


def _inference_details(inference: Inference) -> list[str]:
    speed = inference.audio_seconds / max(inference.wall_seconds, 1e-6)
    lines = [
        f"{inference.audio_seconds:.1f} s of sound in {inference.wall_seconds:.1f} s "
        f"({speed:.1f} times real time, {inference.runtime} on {inference.device})."
    ]
    if inference.weights is not None:
        lines.append(f'Network: "{inference.weights}".')
    if inference.remark is not None:
        lines.append(inference.remark)
    return lines


def _details(one: WrittenAction) -> list[str]:
    plan = one.plan
    saved = f", {one.frames / one.keys:.1f} times fewer than frames" if one.keys else ""
    lines = [
        f"{plan.object_name}: {_counted(one.controls, 'control')} in {_place(one)}, "
        f"{_counted(one.keys, 'key')} at frames {one.first_frame} to {one.last_frame}{saved}."
    ]
    if one.note is not None:
        lines.append(one.note)
    if plan.shared_by:
        lines.append(f"{_listed(plan.shared_by)} shares these shape keys and moves too.")
    if plan.missing:
        lines.append(f"Nothing to move for {_listed(plan.missing)}.")
    if plan.without_effect:
        lines.append(f"Keyed, but they move nothing: {_listed(plan.without_effect)}.")
    if plan.passed_over:
        lines.append(f"Left alone, as a better match exists: {_listed(plan.passed_over)}.")
    if plan.driven:
        lines.append(f"Left to their drivers: {_listed(plan.driven)}.")
    if one.set_aside is not None:
        curves = _counted(one.set_aside_curves, "F-curve")
        lines.append(
            f'Action "{one.set_aside}" ({curves} on these controls) '
            "no longer plays; it is kept with a fake user."
        )
    return lines


def _place(one: WrittenAction) -> str:
    if one.output == "NLA":
        return f'NLA track "{one.track}"'
    return f'Action "{one.action}"'


def _listed(names: tuple[str, ...], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
