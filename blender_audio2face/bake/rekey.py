"""Keys from what was heard before: for dials, and for strips that were moved or trimmed."""

from collections.abc import Sequence
from contextlib import ExitStack

from ..core.report import BakeReport, describe
from ..core.sound.strip_plan import SkippedMesh
from ..core.target_plan import TargetPlan
from ..errors import PlanError, StripError
from ..scene.analysis_cache import Placed, cached_curves_of, replaced_curves_of, set_timing
from ..scene.face_plan import plan_face
from ..scene.resolve_sound import strip_of_take
from ..scene.speakers import members_of
from . import hand_edits
from .write_keys import finish, key_speaker


class EditedError(PlanError):
    """Baked keys were changed by hand, so that they may not be replaced unasked."""


def reshape_keys(speaker) -> BakeReport:
    """Keys a speaker's takes again where they are, with the dials as they stand.

    Raises:
        EditedError: baked keys were changed by hand.
        PlanError: nothing would move.
        TakeError: what was heard is damaged.
    """
    plans, skipped = plan_face(members_of(speaker), speaker, check_effect=False)
    names = hand_edits.edited_actions(plans)
    if names:
        listed = ", ".join(f'"{name}"' for name in names)
        raise EditedError(
            f"The keys in {listed} were changed by hand, so the dials leave them alone: "
            "Update replaces them."
        )
    takes = [cached_curves_of(take) for take in speaker.takes]
    return _key(speaker, plans, skipped, takes, as_left=True)


def retime_keys(scene, speaker) -> BakeReport:
    """Keys a speaker's takes where their strips play now, without listening.

    Raises:
        PlanError: nothing would move, or the speaker was not baked.
        TakeError: what was heard is damaged.
        StripError: no strip of the takes is there any more.
    """
    if not len(speaker.takes):
        raise PlanError(f'"{speaker.name}" was not baked yet: press Bake Speech.')
    takes, remarks = [], []
    for take in speaker.takes:
        try:
            found = _placed(scene, take)
        except StripError as error:
            remarks.append(str(error))
            continue
        if found is None:
            remarks.append(
                f'Strip "{take.label}" plays sound that was not analysed: bake it again.'
            )
        else:
            takes.append(found)
    if not takes:
        raise StripError(" ".join(remarks))
    plans, skipped = plan_face(members_of(speaker), speaker, check_effect=False)
    report = _key(speaker, plans, skipped, takes, remarks)
    for one in takes:
        take = speaker.takes[one.key]
        take.label = one.label
        set_timing(take, one.timing)
    return report


def _placed(scene, take) -> Placed | None:
    if not take.heard:
        return cached_curves_of(take)
    try:
        return replaced_curves_of(take, strip_of_take(scene, take))
    except OSError as error:
        raise StripError(f'The sound of "{take.label}" cannot be read ({error}).') from error


def _key(
    speaker,
    plans: Sequence[TargetPlan],
    skipped: Sequence[SkippedMesh],
    takes: Sequence[Placed],
    remarks: Sequence[str] = (),
    *,
    as_left: bool = False,
) -> BakeReport:
    with ExitStack() as undo:
        written = key_speaker(speaker, plans, takes, undo, as_left=as_left)
        undo.pop_all()
    outcomes = finish(written)
    hand_edits.remember(plans)
    return describe(takes, outcomes, skipped, None, remarks)
