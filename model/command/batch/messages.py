"""What a batch and its workers say to each other: lines of JSON.

The batch writes groups to a worker's stdin. A worker marks its lines, as Blender writes lines of
its own to stdout before a command gets to run.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ...errors import one_line
from ..console import LEVELS
from .errors import WorkerError
from .groups import Group
from .results import RowResult, of_kind
from .rows import Row

MARK = "audio2face-worker "

READY, STARTED, PROGRESS, LOG, ENDED = "ready", "started", "progress", "log", "ended"


def group_line(group: Group, force: bool) -> str:
    """A group as a line."""
    rows = [
        {
            "number": row.number,
            "name": row.name,
            "arguments": row.arguments,
            "files": [str(path) for path in row.files],
        }
        for row in group.rows
    ]
    document = {
        "blend": None if group.blend is None else str(group.blend),
        "output": str(group.output),
        "force": force,
        "rows": rows,
    }
    return json.dumps(document) + "\n"


def group_of(line: str) -> tuple[Group, bool]:
    """(group, force) back from its line. Raises WorkerError for a line that is none."""
    with _understood("The batch that started this worker"):
        document = json.loads(line)
        blend = None if document["blend"] is None else Path(document["blend"])
        output = Path(document["output"])
        rows = tuple(
            Row(
                of_kind(one["number"], int),
                of_kind(one["name"], str),
                blend,
                output,
                tuple(of_kind(word, str) for word in one["arguments"]),
                tuple(Path(path) for path in one["files"]),
            )
            for one in document["rows"]
        )
        return Group(blend, output, rows), of_kind(document["force"], bool)


def event_line(event: str, **values: object) -> str:
    """What a worker says, as a line."""
    return MARK + json.dumps({"event": event, **values}) + "\n"


def event_of(line: str) -> Mapping[str, object] | None:
    """What a worker said; None for a line that is not its own, or that was torn as it was killed.

    Raises WorkerError for what no worker of this release says.
    """
    if not line.startswith(MARK) or not line.endswith("\n"):
        return None
    with _understood("A worker"):
        event = json.loads(line.removeprefix(MARK))
        kind = event["event"]
        if kind == STARTED:
            of_kind(event["row"], int | None)
        elif kind == PROGRESS:
            of_kind(event["fraction"], float)
        elif kind == LOG:
            of_kind(event["text"], str)
            LEVELS.index(event["level"])
        elif kind == ENDED:
            return {**event, "results": [RowResult.of(one) for one in event["results"]]}
        elif kind != READY:
            raise ValueError(kind)
        return event


@contextmanager
def _understood(who: str) -> Iterator[None]:
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WorkerError(
            f"{who} says what is not understood ({one_line(error)}): install the same release "
            "of this extension everywhere."
        ) from error
