"""The report of a bake: what was keyed, where, and what hides it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .cached_curves import StripCurves
from .keys.keyframes import FCurvePath
from .sound.strip_plan import SkippedMesh
from .target_plan import TargetPlan


@dataclass(frozen=True)
class Inference:
    """How the curves were made.

    Attributes:
        runtime: name of the runtime.
        device: the device that it ran on.
        audio_seconds: length of the sound.
        wall_seconds: how long decoding and the network took.
        weights: name of the artist's weights file, if any.
        remark: sentence on why it is not the requested runtime or device, or None.
        sound_remarks: sentences on what was heard.
    """

    runtime: str
    device: str
    audio_seconds: float
    wall_seconds: float
    weights: str | None = None
    remark: str | None = None
    sound_remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class WrittenAction:
    """What was written for one datablock.

    Attributes:
        plan: what was planned for it.
        action: name of the Action that holds the keys.
        output: "ACTION", "NLA" or "ACTIVE".
        note: sentence on why it is not the requested output, or None.
        track: name of the NLA track, or None.
        controls: how many controls were keyed.
        keys: how many keys were written.
        frames: how many keys it would be with a key on each frame.
        first_frame: frame of the first key.
        last_frame: frame of the last key.
        set_aside: name of the artist's Action that ours replaced, or None.
        set_aside_curves: how many F-curves of that Action moved these controls.
        covered: how many keys of the artist in this Action give way to the bake, by F-curve.
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
    covered: Mapping[FCurvePath, int] = field(default_factory=dict)


@dataclass(frozen=True)
class BakeReport:
    """A line for the status bar, what went wrong, details, and what keeps the result from showing.

    Attributes:
        summary: what was keyed.
        details: further sentences.
        problems: sentences on what was not keyed, or not as requested.
        hidden: sentences on what keeps the result from showing.
        warnings: those of the sentences that say what an artist did not expect of the sound.
    """

    summary: str
    details: tuple[str, ...]
    problems: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """For the panel, which shows the lines before the empty one without being asked, and has a
        button for each entry of ``hidden``."""
        return "\n".join((self.summary, *self.problems, "", *self.details))

    @property
    def lines(self) -> tuple[str, ...]:
        """The whole report."""
        hidden = (f"Hidden: {reason}" for reason in self.hidden)
        return (self.summary, *self.problems, *self.details, *hidden)


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
        inference: how the curves were made; None for cached curves.
        remarks: further sentences.
        hidden: sentences on what keeps the result from showing.
    """
    faces = _few(list(dict.fromkeys(action.plan.object_name for action in written)))
    controls = sum(_moved(action) for action in written)
    first = min(strip.timing.left_handle for strip in strips)
    last = max(strip.timing.right_handle for strip in strips) - 1
    frames = f"frames {first} to {last}"
    summary = f"Keyed {_counted(controls, 'control')} of {faces} from {_strips(strips)}, {frames}"
    unheard = [strip for strip in strips if not strip.has_voice]
    warnings = [] if inference is None else list(inference.sound_remarks)
    if unheard and len(unheard) < len(strips):
        warnings.insert(0, f"No voice was heard in {_strips(unheard)}: the mouth rests there.")
    details = [] if inference is None else _inference_details(inference)
    problems = [
        *warnings,
        *(f'Skipped "{mesh.object_name}": it {mesh.reason}.' for mesh in skipped),
    ]
    if inference is not None and inference.remark is not None:
        problems.append(inference.remark)
    for action in written:
        details += _details(action)
        problems += _problems(action)
    if len(unheard) == len(strips):
        summary = f"No voice was heard in {_strips(strips)}: the mouth of {faces} rests, {frames}"
        warnings.insert(0, summary)
    moving = [action for action in written if _moved(action)] or written
    hidden = (*hidden, *(reason for action in moving for reason in action.plan.hidden_by))
    found = tuple(dict.fromkeys((*problems, *remarks)))
    return BakeReport(summary, tuple(details), found, hidden, tuple(warnings))


def _strips(strips: Sequence[StripCurves]) -> str:
    return _few([f'"{strip.name}"' for strip in strips])


def _few(names: Sequence[str]) -> str:
    """At most three of the names, and how many more there are."""
    first = ", ".join(names[:3])
    return f"{first} and {len(names) - 3} more" if len(names) > 3 else first


def _inference_details(inference: Inference) -> list[str]:
    speed = inference.audio_seconds / max(inference.wall_seconds, 1e-6)
    lines = [
        f"{inference.audio_seconds:.1f} s of sound in {inference.wall_seconds:.1f} s "
        f"({speed:.1f} times real time, {inference.runtime} on {inference.device})."
    ]
    if inference.weights is not None:
        lines.append(f'Network: "{inference.weights}".')
    return lines


def _moved(written: WrittenAction) -> int:
    """How many of the controls that were keyed move anything."""
    return max(written.controls - len(written.plan.without_effect), 0)


def _problems(written: WrittenAction) -> list[str]:
    plan = written.plan
    lines = [] if written.note is None else [written.note]
    if plan.driven:
        lines.append(f"Left to their drivers: {_listed(plan.driven)}.")
    if plan.cut_off:
        lines.append(f"Cut off by the range of their sliders: {_listed(plan.cut_off)}.")
    return lines


def _details(written: WrittenAction) -> list[str]:
    plan = written.plan
    saved = f", {written.frames / written.keys:.1f} times fewer than frames" if written.keys else ""
    lines = [
        f"{plan.object_name}: {_counted(_moved(written), 'control')} in {_place(written)}, "
        f"{_counted(written.keys, 'key')} at frames {written.first_frame} to "
        f"{written.last_frame}{saved}."
    ]
    if plan.shared_by:
        lines.append(f"{_listed(plan.shared_by)} shares these shape keys and moves too.")
    if plan.missing:
        lines.append(f"Nothing to move for {_listed(plan.missing)}.")
    if plan.without_effect:
        lines.append(
            f"Keyed, but without effect on {plan.object_name}: {_listed(plan.without_effect)}."
        )
    if plan.passed_over:
        lines.append(f"Left alone, as a better match exists: {_listed(plan.passed_over)}.")
    if written.covered:
        names = {
            FCurvePath(planned.path, planned.index): planned.link.target.name
            for planned in plan.links
        }
        keyed = tuple(dict.fromkeys(names.get(each, each.path) for each in written.covered))
        count = _counted(sum(written.covered.values()), "key")
        lines.append(
            f"{count} of yours in these frames, on {_listed(keyed)}, gave way: "
            "Clear Bake brings them back."
        )
    if written.set_aside is not None:
        curves = _counted(written.set_aside_curves, "F-curve")
        lines.append(
            f'Action "{written.set_aside}" ({curves} on these controls) '
            "no longer plays; it is kept with a fake user."
        )
    return lines


def _place(written: WrittenAction) -> str:
    if written.output == "NLA":
        return f'NLA track "{written.track}"'
    return f'Action "{written.action}"'


def _listed(names: tuple[str, ...], most: int = 6) -> str:
    """The names, or where they are many the first three and their number."""
    if len(names) <= most:
        return ", ".join(names)
    return f"{', '.join(names[:3])} and others, {len(names)} in all"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
