"""What a batch and its workers say to each other: lines of JSON.

The batch writes groups to a worker's stdin. A worker marks its lines, as Blender writes lines of
its own to stdout before a command gets to run.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from .groups import Group
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
    """(group, force) back from its line."""
    document = json.loads(line)
    blend = None if document["blend"] is None else Path(document["blend"])
    output = Path(document["output"])
    rows = tuple(
        Row(
            one["number"],
            one["name"],
            blend,
            output,
            tuple(one["arguments"]),
            tuple(Path(path) for path in one["files"]),
        )
        for one in document["rows"]
    )
    return Group(blend, output, rows), document["force"]


def event_line(event: str, **values: object) -> str:
    """What a worker says, as a line."""
    return MARK + json.dumps({"event": event, **values}) + "\n"


def event_of(line: str) -> Mapping[str, object] | None:
    """What a worker said; None for a line that is not its own."""
    if not line.startswith(MARK):
        return None
    return json.loads(line.removeprefix(MARK))
