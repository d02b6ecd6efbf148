"""The finished jobs of a speaker as text: by the digest of a job, the keys of its takes and a
digest of what it keyed. Imports no bpy."""

import json
from collections.abc import Mapping

from ..core import persistence

Jobs = Mapping[str, tuple[list[str], str]]
"""Digest of a job -> (keys of its takes, digest of the keys that it made)."""


def dumps(jobs: Jobs) -> str:
    """The text of jobs."""
    return json.dumps(jobs)


def loads(text: object) -> dict[str, tuple[list[str], str]]:
    """The jobs back from their text; those that are none of ours are left out."""
    found = {}
    for job, plain in persistence.names(persistence.document(text), list).items():
        match plain:
            case [list(takes), str(digest)] if all(isinstance(take, str) for take in takes):
                found[job] = (takes, digest)
    return found
