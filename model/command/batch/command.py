"""``batch``: the rows of a manifest, each whatever becomes of the others."""

import argparse
import math
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from ...input_files import real_path
from ...runtime import DEVICES, RUNTIMES
from ..atomic_write import OutputError
from ..console import Console, Outcome
from .checks import CheckArguments, Checked, Refusal, check_manifest
from .doing import Doer
from .errors import ManifestError, WorkerError
from .groups import Group
from .here import do_here
from .known import Known
from .ledger import Ledger
from .manifest import read_manifest
from .pool import Pool, WorkerCommand
from .results import RowResult, mend_results, read_results, results_path
from .row_numbers import row_numbers
from .summary import summary, worst

STOPPED = "rows that were done stay done"


@dataclass(frozen=True)
class Trade:
    """What can be done here.

    Attributes:
        check_arguments: says what is wrong with a row's command line.
        do: does a group, in this process.
        worker: starts a process that does groups; None where that is not possible.
    """

    check_arguments: CheckArguments
    do: Doer
    worker: WorkerCommand | None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``batch``."""
    parser.add_argument("manifest", type=Path, help="CSV or JSON with a row for each job")
    parser.add_argument(
        "--rows", type=row_numbers, help="only these, such as 1-10 or 1-10,15; all if not given"
    )
    parser.add_argument(
        "--results", type=Path, help="JSON Lines to add to; beside the manifest if not given"
    )
    parser.add_argument(
        "--jobs", type=_count, help="processes that work at a time; 1 if not given, 0: only this"
    )
    parser.add_argument(
        "--timeout", type=_seconds, help="seconds that a row may take in a process of its own"
    )
    parser.add_argument(
        "--inside", type=Path, help="refuse rows whose output does not lie in this folder"
    )
    parser.add_argument("--blender", help="the program that does rows with a face")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
    parser.add_argument(
        "--runtime", choices=RUNTIMES, help="what runs the network, for rows that do not say"
    )
    parser.add_argument(
        "--device", choices=DEVICES, help="what torch runs on, for rows that do not say"
    )
    parser.add_argument("--weights", help="an .npz, for rows that do not say")


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("must be 0 or more")
    return int(text)


def _seconds(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not (math.isfinite(number) and number > 0):
        raise argparse.ArgumentTypeError("must be more than 0")
    return number


def batch(options: argparse.Namespace, console: Console, trade: Trade) -> Outcome:
    """Does what is not done yet of the rows asked for.

    Raises:
        ManifestError: the manifest cannot be used at all; nothing was done.
        OutputError: the results cannot be written; rows that were done stay done.
    """
    began = time.perf_counter()
    manifest = real_path(options.manifest)
    entries = read_manifest(manifest)
    inside = None if options.inside is None else real_path(options.inside)
    checked = check_manifest(
        entries, manifest.parent, _defaults(options), trade.check_arguments, inside
    )
    wanted = _wanted(options, len(entries))
    path = real_path(options.results or results_path(manifest))
    if not path.parent.is_dir():
        raise OutputError(f'The folder of "{path}" does not exist: make it first.')
    known = Known(read_results(path))
    groups, elsewhere = _chosen(checked, wanted)
    rows = sum(len(group.rows) for group in groups)
    refused = [one for number, one in sorted(checked.refused.items()) if number in wanted]
    finished = [] if options.force else [one for one in groups if _is_done(known, one)]
    left = [one for one in groups if one not in finished]
    data: dict[str, object] = {
        "manifest": str(manifest),
        "results": str(path),
        "elsewhere": elsewhere,
    }
    if options.dry_run:
        return _dry_run(left, finished, refused, elsewhere, data)
    mend_results(path)
    ledger = Ledger(console, path, known, rows + len(refused))
    ledger.ended([_refused(one) for one in refused], {})
    for group in finished:
        ledger.passed_over(group)
    ledger.part(0, 0.0)
    jobs = min(_jobs(options, trade), len(left)) if left else 0
    if jobs and trade.worker is not None:
        Pool(trade.worker, jobs, options.timeout, options.force, ledger).run(left)
    else:
        do_here(left, options.force, trade.do, ledger)
    console.progress(1.0)
    text, counts = summary(ledger.results, time.perf_counter() - began)
    lines = [text, *_elsewhere(elsewhere)]
    return Outcome(
        "\n".join(lines),
        {**data, **counts},
        unchanged=all(one.status == "unchanged" for one in ledger.results),
        code=worst(ledger.results),
    )


def _defaults(options: argparse.Namespace) -> dict[str, str]:
    """What the command line says for rows that do not."""
    asked = {"runtime": options.runtime, "device": options.device}
    given = {name: text for name, text in asked.items() if text is not None}
    if options.weights is not None:
        given["weights"] = str(real_path(options.weights))
    return given


def _jobs(options: argparse.Namespace, trade: Trade) -> int:
    """How many processes to start; 0 for doing all in this one."""
    if trade.worker is None and options.jobs:
        raise WorkerError("Other processes need a program to start: name Blender's with --blender.")
    return int(trade.worker is not None) if options.jobs is None else options.jobs


def _wanted(options: argparse.Namespace, rows: int) -> set[int]:
    if options.rows is None:
        return set(range(1, rows + 1))
    last = max(one[-1] for one in options.rows)
    if last > rows:
        raise ManifestError(f'There is no row {last} in "{options.manifest}": it has {rows} rows.')
    return {number for one in options.rows for number in one}


def _chosen(checked: Checked, wanted: set[int]) -> tuple[list[Group], dict[str, int]]:
    """(groups to look at, row -> the row that it is done with).

    Rows that write one file are done together by whoever has the first of them, so that tasks of a
    farm never write a file at the same time.
    """
    groups, elsewhere = [], {}
    for group in checked.groups:
        first = group.rows[0].number
        if first in wanted:
            left = group.without(checked.refused)
            groups += [] if left is None else [left]
        else:
            elsewhere.update({str(row.number): first for row in group.rows if row.number in wanted})
    return groups, elsewhere


def _is_done(known: Known, group: Group) -> bool:
    try:
        return known.is_done(group)
    except OSError:  # unreadable now: doing it says why
        return False


def _refused(one: Refusal) -> RowResult:
    return RowResult(one.number, one.name, one.output, "error", one.code, one.sentence)


def _dry_run(
    left: list[Group],
    finished: list[Group],
    refused: list[Refusal],
    elsewhere: dict[str, int],
    data: dict[str, object],
) -> Outcome:
    rows = [(row, "unchanged") for group in finished for row in group.rows]
    rows += [(row, "to do") for group in left for row in group.rows]
    found: dict[int, dict[str, object]] = {
        row.number: {"name": row.name, "output": str(row.output), "status": status}
        for row, status in rows
    }
    found |= {
        one.number: {"name": one.name, "status": "error", "error": one.sentence} for one in refused
    }
    plan = [{"row": number, **found[number]} for number in sorted(found)]
    counts = Counter(one["status"] for one in plan)
    lines = [
        f"{len(plan)} rows: {counts['to do']} to do, {counts['unchanged']} unchanged, "
        f"{counts['error']} refused"
    ]
    lines += [
        f"row {one['row']}: {one['status']}: {one.get('error', one.get('output'))}" for one in plan
    ]
    code = worst([_refused(one) for one in refused])
    text = "\n".join([*lines, *_elsewhere(elsewhere)])
    return Outcome(text, {**data, "plan": plan}, unchanged=not left, code=code)


def _elsewhere(rows: dict[str, int]) -> list[str]:
    return [
        f"row {row} is done with row {first}, which writes its file" for row, first in rows.items()
    ]
