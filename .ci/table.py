"""Prints the table at the end of `.ci/run` from its rows: name, result, seconds, kind, log.

Exit code 1 if a part failed or none ran.
"""

import os
import re
import sys
from collections import Counter
from pathlib import Path

COUNTS = re.compile(r"^=* ?((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s", re.MULTILINE)
SKIPPED = re.compile(r"^SKIPPED \[(\d+)\] [^ ]+: (.*)$", re.MULTILINE)


def remarks(result: str, kind: str, log: str) -> list[str]:
    """What to say of a part: pytest's counts and reasons for skips, or how a failure ended."""
    skips = Counter[str]()
    for count, reason in SKIPPED.findall(log):
        skips[reason] += int(count)
    lines = [*COUNTS.findall(log), *(f"{count} skipped: {text}" for text, count in skips.items())]
    if result != "passed":
        last = next((line for line in reversed(log.splitlines()) if line.strip()), "no output")
        missing = "not installed in three tries, so its tests did not run: "
        lines.append((missing if kind == "install" else "") + last.strip())
    return lines or [""]


def table(rows: list[list[str]], allow_skip: bool) -> str:
    """The table as text."""
    lines = ["ALLOW_SKIP=1: what cannot be installed is skipped."] if allow_skip else []
    lines.append(f"{'part':28}{'result':9}{'seconds':>7}  remark")
    for name, result, seconds, kind, path in rows:
        first, *others = remarks(result, kind, Path(path).read_text("utf-8", "replace"))
        lines.append(f"{name:28}{result:9}{seconds:>7}  {first}".rstrip())
        lines += [f"{'':46}{other}" for other in others]
    return "\n".join(lines)


def main() -> int:
    """Print the table of the file that the command line names."""
    path = Path(sys.argv[1])
    text = path.read_text("utf-8") if path.is_file() else ""
    rows = [line.split("\t") for line in text.splitlines()]
    print(table(rows, os.environ.get("ALLOW_SKIP") == "1"))
    return int(not rows or any(row[1] == "failed" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
