"""A worker that does to its rows what their names say, for test_workers."""

import os
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3]))

from model.command.batch import workers
from model.command.console import Outcome
from model.errors import A2FError


def run_group(group, _force, observer) -> list:
    results = [workers.run_row(row, observer, lambda row=row: _do(row, observer)) for row in group]
    observer.started(None)
    if any(row.name == "crash in saving" for row in group):
        os._exit(7)
    with Path(group[0].output).open("a") as file:
        file.writelines(f"{row.name}\n" for row in group)
    return results


def _do(row, observer) -> Outcome:
    print("noise on stdout")
    if row.name == "crash":
        print("the last words", file=sys.stderr, flush=True)
        observer._out.write(f'{workers._MARK}{{"event": "pro')
        observer._out.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    elif row.name == "hang":
        observer.progress(0.5)
        while True:
            time.sleep(0.05)
    elif row.name == "refuse":
        raise A2FError("It cannot be done.")
    return Outcome("", {"process": os.getpid()})


if __name__ == "__main__":
    mood = os.environ.get("WORKER_MOOD")
    if mood == "broken start":
        sys.exit("Unrecognized command")
    if mood == "old":
        workers.release = lambda: "0.0.1"
    with Path(os.environ["WORKER_IDS"]).open("a") as ids:
        ids.write(f"{os.getpid()}\n")
    sys.exit(workers.serve(run_group))
