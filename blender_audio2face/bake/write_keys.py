"""From keys to F-curves, in steps short enough for a window: what is written for each datablock."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass

from ..animation import write
from ..animation.layer import StripKeys
from ..core.background_job import MainThreadTask, guarded, run_to_completion
from ..core.compose import FacePlan, TakeKeys, check_preview, take_keys
from ..core.keys.frame_ranges import FrameRange
from ..core.report import Written
from ..core.target_plan import TargetPlan
from ..realtime.apply import give_back
from ..scene import speaker_settings
from ..scene.analysis_cache import Placed
from ..scene.face_plan import datablock_of


@dataclass(frozen=True)
class Keyed:
    """What was written for one plan.

    Attributes:
        plan: what was to be keyed.
        baked: the Action written.
        controls: how many controls of the plan the curves say something about.
        keys: how many keys.
    """

    plan: TargetPlan
    baked: write.BakedAction
    controls: int
    keys: int


@dataclass(frozen=True)
class TakePart:
    """The keys of a take, and the frames they may take."""

    wanted: tuple[FrameRange, ...]
    keys: TakeKeys


def key_steps(
    plans: Sequence[TargetPlan],
    parts: Sequence[TakePart],
    output: str,
    undo: ExitStack,
    *,
    as_left: bool = False,
) -> MainThreadTask[tuple[Keyed, ...]]:
    """Keys takes on every datablock of a speaker; ``finish`` it once nothing can fail. What moves
    the face without keys ends.

    Args:
        plans: what to key.
        parts: each take's keys for these plans.
        output: "ACTION", "NLA" or "ACTIVE".
        undo: gets the steps that put everything back as it was.
        as_left: see ``actions.write_steps``.

    Raises:
        GoneError: something of the face was removed between two steps.
    """
    give_back(frozenset(plan.uid for plan in plans))
    written: list[Keyed] = []

    def check() -> None:
        for keyed in written:
            write.check(keyed.baked)

    for index, plan in enumerate(plans):
        bakes = [StripKeys(part.wanted, part.keys[index]) for part in parts]
        name = f"A2F {plan.object_name}"
        steps = write.write_steps(datablock_of(plan), name, bakes, output, undo, as_left=as_left)
        baked = yield from guarded(steps, check)
        controls = {channel for one in bakes for channel in one.keys}
        count = sum(len(keys.frames) for one in bakes for keys in one.keys.values())
        written.append(Keyed(plan, baked, len(controls), count))
        yield
        check()
    return tuple(written)


def key_speaker(
    speaker,
    plans: Sequence[TargetPlan],
    takes: Sequence[Placed],
    undo: ExitStack,
    *,
    as_left: bool = False,
) -> tuple[Keyed, ...]:
    """Composes takes with a speaker's settings and keys them, straight through.

    Args:
        speaker: gives dials, output and how many keys.
        plans: what to key.
        takes: curves and where they play.
        undo: gets the steps that put everything back as it was.
        as_left: see ``actions.write_steps``.

    Raises:
        PlanError: only the preview range is to be keyed, and no take plays there.
    """
    face = FacePlan(tuple(plans), speaker_settings.keying_settings(speaker, speaker.id_data))
    check_preview(face.look, [take.timing for take in takes])
    parts = [
        TakePart(wanted, take_keys(face, take.curves, take.timing, take.cut))
        for take in takes
        if (wanted := face.look.requested_ranges(take.key, take.timing))
    ]
    return run_to_completion(key_steps(plans, parts, speaker.output, undo, as_left=as_left))


def finish(written: Sequence[Keyed]) -> tuple[Written, ...]:
    """Drops what was kept for undoing, and says what was written."""
    outcomes = []
    for keyed in written:
        baked = keyed.baked
        aside = baked.previous is not None and not baked.previous_was_ours
        write.commit(baked)
        outcomes.append(
            Written(
                plan=keyed.plan,
                action=baked.action.name,
                output=baked.output,
                note=baked.note,
                track=baked.track,
                controls=keyed.controls,
                keys=keyed.keys,
                frames=len(baked.frames) * keyed.controls,
                first_frame=int(baked.frames.min()),
                last_frame=int(baked.frames.max()),
                set_aside=baked.previous.name if aside else None,
                set_aside_curves=baked.previous_curves if aside else 0,
            )
        )
    return tuple(outcomes)
