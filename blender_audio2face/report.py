"""What a bake did, in words: what was keyed, where, and what may hide it."""

from dataclasses import dataclass

from .plan import BakePlan, MeshPlan


@dataclass(frozen=True)
class Inference:
    """How the curves were made; ``weights`` is the name of the artist's weights file, if any."""

    runtime: str
    device: str
    audio_seconds: float
    wall_seconds: float
    weights: str | None = None


@dataclass(frozen=True)
class Written:
    """What was written for one mesh.

    Attributes:
        mesh: its plan.
        action: name of our Action.
        shapes: how many shape keys were keyed.
        first_frame: frame of the first key.
        last_frame: frame of the last key.
        set_aside: name of the artist's Action that ours replaced, or None.
        set_aside_curves: how many F-curves of that Action moved these shape keys.
        muted: shape keys whose F-curve in our Action is muted.
    """

    mesh: MeshPlan
    action: str
    shapes: int
    first_frame: int
    last_frame: int
    set_aside: str | None = None
    set_aside_curves: int = 0
    muted: tuple[str, ...] = ()


@dataclass(frozen=True)
class BakeReport:
    """One line for the status bar, and the details."""

    summary: str
    details: tuple[str, ...]


def describe(plan: BakePlan, inference: Inference, written: tuple[Written, ...]) -> BakeReport:
    """The report of a finished bake."""
    timing = plan.strip.timing
    faces = ", ".join(one.mesh.object_name for one in written)
    shapes = sum(one.shapes for one in written)
    speed = inference.audio_seconds / max(inference.wall_seconds, 1e-6)
    summary = (
        f'Keyed {_counted(shapes, "shape key")} of {faces} from "{plan.strip.name}", '
        f"frames {timing.left_handle} to {timing.right_handle - 1}"
    )
    details = [
        f"{inference.audio_seconds:.1f} s of sound in {inference.wall_seconds:.1f} s "
        f"({speed:.1f} times real time, {inference.runtime} on {inference.device})."
    ]
    if inference.weights is not None:
        details.append(f'Network: "{inference.weights}".')
    for one in written:
        details += _mesh_details(one)
    details += [f'Skipped "{mesh.object_name}": it {mesh.reason}.' for mesh in plan.skipped]
    return BakeReport(summary, tuple(details))


def _mesh_details(one: Written) -> list[str]:
    mesh = one.mesh
    keyed = _counted(one.shapes, "shape key")
    lines = [
        f'{mesh.object_name}: {keyed} in Action "{one.action}", '
        f"keys at frames {one.first_frame} to {one.last_frame}."
    ]
    if mesh.shared_by:
        lines.append(f"{_listed(mesh.shared_by)} shares these shape keys and moves too.")
    if mesh.missing:
        lines.append(f"No shape key for {_listed(mesh.missing)}.")
    if mesh.passed_over:
        lines.append(f"Left alone, as a better match exists: {_listed(mesh.passed_over)}.")
    if mesh.driven:
        lines.append(f"Left to their drivers: {_listed(mesh.driven)}.")
    if one.set_aside is not None:
        curves = _counted(one.set_aside_curves, "F-curve")
        lines.append(
            f'Action "{one.set_aside}" ({curves} on these shape keys) '
            "no longer plays; it is kept with a fake user."
        )
    if one.muted:
        lines.append(f"Hidden: the F-curves of {_listed(one.muted)} are muted in the Action.")
    lines += [f"Hidden: {reason}" for reason in mesh.hidden_by]
    return lines


def _listed(names: tuple[str, ...], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
