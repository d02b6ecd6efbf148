"""What a batch says at its end."""

from collections import Counter
from collections.abc import Sequence

from ..console import ExitCode
from .results import RowResult

STATUSES = ("done", "unchanged", "error")


def summary(results: Sequence[RowResult], seconds: float) -> tuple[str, dict[str, object]]:
    """(text for people, data for programs) of how the rows ended."""
    counts = Counter(result.status for result in results)
    done, unchanged, failures = (counts[status] for status in STATUSES)
    text = (
        f"{len(results)} rows: {done} done, {unchanged} unchanged, {failures} failed, "
        f"in {seconds:.1f} s"
    )
    wrong = sorted((one for one in results if one.error), key=lambda one: one.number)
    width = max(4, *(len(one.name) for one in wrong), 0)
    lines = [f"{one.number:6}  {one.name:{width}}  {int(one.code):3}  {one.error}" for one in wrong]
    if lines:
        lines.insert(0, f"{'row':>6}  {'name':{width}}  code")
    data = {
        "rows": len(results),
        "done": done,
        "unchanged": unchanged,
        "failed": failures,
        "seconds": round(seconds, 3),
        "failures": [
            {"row": one.number, "name": one.name, "exit_code": int(one.code), "error": one.error}
            for one in wrong
        ],
    }
    return "\n".join([text, *lines]), data


def worst(results: Sequence[RowResult]) -> ExitCode:
    """The highest exit code of the rows."""
    return ExitCode(max((result.code for result in results), default=ExitCode.DONE))
