"""`python -m tools.mutation [file ...]`: faults that no test notices, and how many were noticed."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from . import lists
from .outcomes import outcomes
from .trials import TrialError


@dataclass(frozen=True)
class Tally:
    """What came of a file's faults; ``wrong`` counts entries of the list that do not hold."""

    killed: int
    survived: int
    equivalent: int
    wrong: int


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every fault is noticed or rightly listed, else 1; 2 when they were not tried."""
    known = lists.targets()
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("files", nargs="*", metavar="file", help="from the root; default: all")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args(arguments)
    if unknown := set(options.files) - set(known):
        parser.error(f"targets.toml does not name {', '.join(sorted(unknown))}")
    os.chdir(lists.ROOT)
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"HYPOTHESIS_STORAGE_DIRECTORY": folder, "PYTEST_DEBUG_TEMPROOT": folder}
        files = options.files or known
        try:
            tallies = {file: _tried(file, known[file], options.jobs) for file in files}
        except TrialError as error:
            print(f"error: {error}", file=sys.stderr)
            return 2
    print("\n| file | killed | survived | equivalent |\n|---|---|---|---|")
    for name, one in (*tallies.items(), ("all", _sum(tallies.values()))):
        print(f"| `{name}` | {one.killed} | {one.survived} | {one.equivalent} |")
    return 1 if any(one.survived or one.wrong for one in tallies.values()) else 0


def _tried(file: str, tests: Sequence[str], jobs: int) -> Tally:
    """Tries a file's faults and prints those that survive, and what is wrongly listed.

    Raises TrialError when the tests fail without a fault.
    """
    known = lists.equivalents(file)
    killed = survived = equivalent = wrong = 0
    for fault, is_noticed in outcomes(lists.ROOT / file, tests, jobs):
        match = next((one for one in known if one.is_it(fault)), None)
        if match is not None:
            known.remove(match)
        if is_noticed:
            killed += 1
            if match is not None:
                wrong += 1
                print(f"{file}:{fault.line}: listed, but a test notices: {fault.change}")
        elif match is not None:
            equivalent += 1
        else:
            survived += 1
            print(f"{file}:{fault.line}: {fault.change}\n    {fault.text}", flush=True)
    for one in known:
        wrong += 1
        print(f"{file}: listed, but there is no such fault: {one.change}\n    {one.text}")
    print(f"{file}: {killed} killed, {survived} survived, {equivalent} equivalent", flush=True)
    return Tally(killed, survived, equivalent, wrong)


def _sum(tallies: Iterable[Tally]) -> Tally:
    return Tally(*map(sum, zip(*map(astuple, tallies), strict=True)))


if __name__ == "__main__":
    sys.exit(main())
