"""What ``bake`` and ``apply`` share: which faces still need their job, and the file it ends in."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...model.command.console import ExitCode, Outcome
from ...model.command.job_record import digest_of, digest_of_file, is_up_to_date
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
        undo: the way back from the settings that the command gave the speaker.
    """

    speaker: Any
    plans: tuple
    digest: str
    work: Any
    undo: ExitStack = field(default_factory=ExitStack)


def is_written(output: Path, faces: Sequence[FaceJob], *, force: bool) -> bool:
    """Whether another file than the open one holds these jobs already.

    Raises:
        ChangedOutputError: it was changed since a job made it.
    """
    return not is_open_file(output) and is_up_to_date(output, _whole(faces), force=force)


def save(output: Path, faces: Sequence[FaceJob]) -> None:
    """Saves the file that these jobs end in. Raises OutputError."""
    if is_open_file(output):
        save_in_place()
    else:
        save_as(output, _whole(faces))


def outcome(
    output: Path,
    faces: Sequence[FaceJob],
    reports: Mapping[str, Mapping[str, object]],
    lines: Sequence[str] = (),
    refused: Mapping[str, str] | None = None,
    *,
    saved: bool,
) -> Outcome:
    """The outcome of a command.

    Args:
        output: the file that holds the jobs.
        faces: the jobs that it holds.
        reports: of the faces that were keyed, by speaker.
        lines: of those reports, for people.
        refused: why a speaker's job could not be done, by speaker.
        saved: whether the file was written.
    """
    refused = refused or {}
    text = [*lines, *(f"{name}: {sentence}" for name, sentence in refused.items())]
    if saved:
        text.append(f"Saved {output}")
    else:
        text.append(f"{output}: nothing to do, it is up to date (--force to do it anyway)")
    return Outcome(
        "\n".join(text),
        _data(output, faces, reports, refused),
        unchanged=not saved,
        code=ExitCode.REFUSED if refused else ExitCode.DONE,
    )


def sentence_on(refused: Mapping[str, str]) -> str:
    """Why speakers could not be done, in a line."""
    return " ".join(f"{name}: {sentence}" for name, sentence in refused.items())


def _data(
    output: Path,
    faces: Sequence[FaceJob],
    reports: Mapping[str, Mapping[str, object]],
    refused: Mapping[str, str],
) -> dict[str, object]:
    failed = [{"speaker": name, "status": "error", "error": why} for name, why in refused.items()]
    return {
        **({"error": sentence_on(refused)} if refused else {}),
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
        ]
        + failed,
    }


def _whole(faces: Sequence[FaceJob]) -> str:
    """Digest of what another file is made from: these jobs, and all else that the open one has."""
    digests = [one.digest for one in faces]
    return digest_of({"jobs": digests, "blend": digest_of_file(open_blend())})
