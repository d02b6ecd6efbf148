"""``batch``: does the rows of a manifest that are not done yet; no row stops another."""

import argparse
import re
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from ...input_files import real_path
from ...runtime import DEVICES, RUNTIMES
from ..atomic_write import OutputError
from ..console import Console, ExitCode, Outcome, number_in
from .checks import CheckedManifest, check_manifest
from .manifest import Group, ManifestError, read_manifest
from .results import BatchLog, ResultCache, RowResult, end_torn_line, read_results
from .workers import RowBackend, WorkerError, WorkerPool, run_here

STOPPED = "rows that were done stay done"


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
    parser.add_argument("--weights", type=Path, help="an .npz, for rows that do not say")


def row_numbers(text: str) -> tuple[range, ...]:
    """The row numbers in ``3``, ``1-10`` or ``1-10,15``. Raises ArgumentTypeError for others."""
    ranges = []
    for part in text.split(","):
        match = re.fullmatch(r"(\d+)(?:-(\d+))?", part.strip())
        first = int(match[1]) if match else 0
        last = int(match[2] or first) if match else 0
        if not 1 <= first <= last:
            raise argparse.ArgumentTypeError(
                f'"{text}" has to be such as 3, 1-10 or 1-10,15; rows count from 1'
            )
        ranges.append(range(first, last + 1))
    return tuple(ranges)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError("must be 0 or more")
    return int(text)


def _seconds(text: str) -> float:
    number = number_in(text)
    if not 0.0 < number < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return number


def batch(
    options: argparse.Namespace,
    console: Console,
    backend: RowBackend,
    worker: Sequence[str] | None,
) -> Outcome:
    """Does what is not done yet of the rows asked for.

    Args:
        options: of ``add_arguments``, and ``force``.
        console: takes log and progress.
        backend: does groups in this process.
        worker: the command line of a process that does groups; None where none can be started.

    Raises:
        ManifestError: the manifest cannot be used at all; nothing was done.
        WorkerError: processes cannot be started; rows that were done stay done.
        OutputError: the results cannot be written; rows that were done stay done.
    """
    began = time.perf_counter()
    path = real_path(options.manifest)
    cells = read_manifest(path)
    inside = None if options.inside is None else real_path(options.inside)
    manifest = check_manifest(
        cells, path.parent, _defaults(options), backend.check_arguments, inside
    )
    wanted = _wanted(options, len(cells))
    results = real_path(options.results or path.with_name(path.name + ".results.jsonl"))
    if not results.parent.is_dir():
        raise OutputError(f'The folder of "{results}" does not exist: make it first.')
    cache = ResultCache(read_results(results))
    groups, elsewhere = _wanted_groups(manifest, wanted)
    refused = [result for number, result in sorted(manifest.refused.items()) if number in wanted]
    finished = [group for group in groups if not options.force and cache.is_done(group)]
    left = [group for group in groups if group not in finished]
    if options.dry_run:
        ended = refused
        unchanged = not left
        text, data = _plan(left, finished, refused)
    else:
        end_torn_line(results)
        log = BatchLog(console, results, cache, sum(map(len, groups)) + len(refused))
        log.ended(refused, {})
        for group in finished:
            log.unchanged(group)
        log.progress()
        jobs = min(_jobs(options, worker), len(left))
        if jobs and worker is not None:
            WorkerPool(worker, jobs, options.timeout, options.force, log).run(left)
        else:
            run_here(left, options.force, backend.run_group, log)
        console.progress(1.0)
        ended = log.results
        unchanged = all(result.status == "unchanged" for result in ended)
        text, data = _summary(ended, time.perf_counter() - began)
    remarks = [
        f"row {row} is done with row {first}, which writes its file"
        for row, first in elsewhere.items()
    ]
    return Outcome(
        "\n".join([text, *remarks]),
        {"manifest": str(path), "results": str(results), "elsewhere": elsewhere, **data},
        unchanged=unchanged,
        code=max((result.exit_code for result in ended), default=ExitCode.DONE),
    )


def _defaults(options: argparse.Namespace) -> dict[str, str]:
    """What the command line says for rows that do not."""
    weights = None if options.weights is None else str(real_path(options.weights))
    found = {"runtime": options.runtime, "device": options.device, "weights": weights}
    return {column: text for column, text in found.items() if text is not None}


def _jobs(options: argparse.Namespace, worker: Sequence[str] | None) -> int:
    """How many processes to start; 0 for doing all in this one."""
    if worker is None and options.jobs:
        raise WorkerError("Other processes need a program to start: name Blender's with --blender.")
    return int(worker is not None) if options.jobs is None else options.jobs


def _wanted(options: argparse.Namespace, rows: int) -> set[int]:
    if options.rows is None:
        return set(range(1, rows + 1))
    last = max(numbers[-1] for numbers in options.rows)
    if last > rows:
        raise ManifestError(f'There is no row {last} in "{options.manifest}": it has {rows} rows.')
    return {number for numbers in options.rows for number in numbers}


def _wanted_groups(
    manifest: CheckedManifest, wanted: set[int]
) -> tuple[list[Group], dict[str, int]]:
    """(groups to look at, row -> the row that it is done with).

    Rows that write one file are done together by whoever has the first of them, so that tasks of a
    farm never write a file at the same time.
    """
    groups, elsewhere = [], {}
    for group in manifest.groups:
        first = group[0].number
        if first not in wanted:
            elsewhere.update({str(row.number): first for row in group if row.number in wanted})
        elif left := tuple(row for row in group if row.number not in manifest.refused):
            groups.append(left)
    return groups, elsewhere


def _plan(
    left: Sequence[Group], finished: Sequence[Group], refused: Sequence[RowResult]
) -> tuple[str, dict[str, object]]:
    """(text for people, data for programs) of a dry run."""
    plan: list[dict] = [
        {"row": row.number, "name": row.name, "output": row.output, "status": status}
        for groups, status in ((finished, "unchanged"), (left, "to do"))
        for group in groups
        for row in group
    ]
    plan += [
        {"row": result.row, "name": result.name, "status": "error", "error": result.error}
        for result in refused
    ]
    plan.sort(key=lambda row: row["row"])
    counts = Counter(row["status"] for row in plan)
    lines = [
        f"{len(plan)} rows: {counts['to do']} to do, {counts['unchanged']} unchanged, "
        f"{counts['error']} refused"
    ]
    lines += [
        f"row {row['row']}: {row['status']}: {row.get('error', row.get('output'))}" for row in plan
    ]
    return "\n".join(lines), {"plan": plan}


def _summary(results: Sequence[RowResult], seconds: float) -> tuple[str, dict[str, object]]:
    """(text for people, data for programs) of how the rows ended."""
    counts = Counter(result.status for result in results)
    failures: list[dict] = [
        {
            "row": result.row,
            "name": result.name,
            "exit_code": int(result.exit_code),
            "error": result.error,
        }
        for result in sorted(results, key=lambda result: result.row)
        if result.error
    ]
    lines = [
        f"{len(results)} rows: {counts['done']} done, {counts['unchanged']} unchanged, "
        f"{counts['error']} failed, in {seconds:.1f} s"
    ]
    if failures:
        width = max(4, *(len(failure["name"]) for failure in failures))
        lines.append(f"{'row':>6}  {'name':{width}}  code")
        lines += [
            f"{failure['row']:6}  {failure['name']:{width}}  {failure['exit_code']:3}  "
            f"{failure['error']}"
            for failure in failures
        ]
    data = {
        "rows": len(results),
        "done": counts["done"],
        "unchanged": counts["unchanged"],
        "failed": counts["error"],
        "seconds": round(seconds, 3),
        "failures": failures,
    }
    return "\n".join(lines), data
