"""`python -m tools.mutation [file ...]`: faults that no test notices, and how many were noticed."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from . import lists
from .outcomes import outcomes
from .trials import TrialError


@dataclass(frozen=True)
class Tally:
    """What came of a file's faults."""

    killed: int
    survived: int
    equivalent: int


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when every fault is noticed or known to make no difference, 2 when they were not tried."""
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
    return 1 if any(one.survived for one in tallies.values()) else 0


def _tried(file: str, tests: Sequence[str], jobs: int) -> Tally:
    """Tries a file's faults and prints those that survive.

    Raises TrialError when the tests fail without a fault, or the list of equivalents is old.
    """
    known = lists.equivalents(file)
    killed = survived = equivalent = 0
    for fault, is_noticed in outcomes(lists.ROOT / file, tests, jobs):
        match = next((one for one in known if one.is_it(fault)), None)
        if match is not None:
            known.remove(match)
            equivalent += 1
            if is_noticed:
                raise TrialError(f"{file}: a test notices what is listed: {match.change}")
        elif is_noticed:
            killed += 1
        else:
            survived += 1
            print(f"{file}:{fault.line}: {fault.change}\n    {fault.text}", flush=True)
    if known:
        raise TrialError(f"{file} has no such line and change any more: {known[0].change}")
    print(f"{file}: {killed} killed, {survived} survived, {equivalent} equivalent", flush=True)
    return Tally(killed, survived, equivalent)


def _sum(tallies: Iterable[Tally]) -> Tally:
    columns = zip(*((one.killed, one.survived, one.equivalent) for one in tallies), strict=True)
    return Tally(*map(sum, columns))


if __name__ == "__main__":
    sys.exit(main())
