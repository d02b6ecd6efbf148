"""What ``bake`` and ``apply`` share: which faces still need their job, and the file it ends in."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...model.command.console import Outcome
from ...model.command.finished import digest_of, digest_of_file, is_done
from . import jobs
from .place import open_blend
from .saving import is_open_file, save_as, save_in_place


@dataclass(frozen=True)
class FaceJob:
    """A job on one face.

    Attributes:
        speaker: whose.
        plans: what is keyed.
        digest: of all that the keys depend on.
        work: what the command needs to do it.
    """

    speaker: Any
    plans: tuple
    digest: str
    work: Any


def is_written(output: Path, faces: Sequence[FaceJob], *, force: bool) -> bool:
    """Whether another file than the open one holds these jobs already.

    Raises:
        ChangedOutputError: it was changed since a job made it.
    """
    return not is_open_file(output) and is_done(output, _whole(faces), force=force)


def to_do(faces: Sequence[FaceJob], *, force: bool) -> list[FaceJob]:
    """The jobs that are not finished in the open file.

    Raises:
        CommandError: one of them would replace keys that were changed by hand.
    """
    if force:
        return list(faces)
    left = [one for one in faces if not jobs.is_finished(one.speaker, one.plans, one.digest)]
    for one in left:
        jobs.check_not_edited(one.speaker, one.plans)
    return left


def save(output: Path, faces: Sequence[FaceJob], done: Sequence[FaceJob]) -> None:
    """Notes the jobs that were done and saves. Raises OutputError."""
    for one in done:
        jobs.remember(one.speaker, one.plans, one.digest)
    if is_open_file(output):
        save_in_place()
    else:
        save_as(output, _whole(faces))


def unchanged(output: Path, faces: Sequence[FaceJob]) -> Outcome:
    """The outcome where nothing was to be done."""
    text = f"{output}: nothing to do, it is up to date (--force to do it anyway)"
    return Outcome(text, outcome_data(output, faces, {}), unchanged=True)


def outcome_data(
    output: Path, faces: Sequence[FaceJob], reports: dict[str, dict[str, object]]
) -> dict[str, object]:
    """What programs are told; reports are those of the faces that were keyed, by speaker."""
    return {
        "blend": str(open_blend()),
        "output": str(output),
        "speakers": [
            {
                "speaker": one.speaker.name,
                "status": "done" if one.speaker.name in reports else "unchanged",
                "job": one.digest,
                **reports.get(one.speaker.name, {}),
            }
            for one in faces
        ],
    }


def _whole(faces: Sequence[FaceJob]) -> str:
    """Digest of what another file is made from: these jobs, and all else that the open one has."""
    digests = [one.digest for one in faces]
    return digest_of({"jobs": digests, "blend": digest_of_file(open_blend())})
