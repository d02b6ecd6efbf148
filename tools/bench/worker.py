"""One stage in a process of its own: ``python -m tools.bench.worker JOB.json``.

The job names the stage, its arguments and the file for the answer, so that Blender may print what
it likes.
"""

import json
import sys
from pathlib import Path


def main(path: Path) -> None:
    """Runs the stage that the job names and writes its answer."""
    job = json.loads(path.read_text("utf-8"))
    sys.path.insert(0, job["shipped"])
    if job["room"] == "blender":
        from . import blender_stages as stages
    else:
        from . import sound_stages as stages
    answer = stages.STAGES[job["stage"]](**job["arguments"])
    Path(job["answer"]).write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
