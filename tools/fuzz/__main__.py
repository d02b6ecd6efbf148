"""``python -m tools.fuzz [TARGET…] --seconds N``: fuzzes each target, or all, for N seconds.

Finds are kept in out/fuzz/TARGET/finds, what was learnt in out/fuzz/TARGET/corpus. The exit code
is 1 where there was a find.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from .targets import TARGETS

_OUT = Path("out/fuzz")
_LIMITS = ("-timeout=5", "-rss_limit_mb=2048")
_MOST_FINDS = 5
_RUNS = re.compile(r"stat::number_of_executed_units: (\d+)|^#(\d+)\t", re.MULTILINE)
_FOUND = re.compile(r"Test unit written to (\S+)")


@dataclass
class Tally:
    """What became of a target.

    Attributes:
        runs: inputs that were tried.
        seconds: it took.
        finds: files of inputs with which a reader failed.
    """

    runs: int
    seconds: float
    finds: list[str]


def main() -> int:
    """The command line; returns the exit code."""
    options = _options()
    found = False
    for name in options.targets or TARGETS:
        tally = fuzz(name, options.seconds)
        found = found or bool(tally.finds)
        print(f"{name:24} {tally.runs:10,} inputs in {tally.seconds:5.0f} s, "
              f"{len(tally.finds)} finds", *tally.finds, sep="\n  ", flush=True)  # fmt: skip
    return int(found)


def fuzz(name: str, seconds: int) -> Tally:
    """Fuzzes a target; after a find it goes on, until the time is over or there are many."""
    corpus, finds = _OUT / name / "corpus", _OUT / name / "finds"
    for one in (corpus, finds):
        one.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(TARGETS[name].seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)
    tally, began = Tally(0, 0.0, []), time.monotonic()
    while (left := round(seconds - tally.seconds)) > 0:
        command = [sys.executable, "-m", "tools.fuzz.driver", name, str(corpus), *_LIMITS]
        command += [f"-max_total_time={left}", f"-artifact_prefix={finds}/", "-print_final_stats=1"]
        with TemporaryDirectory() as folder:  # libFuzzer leaves no time to take things away
            environment = {**os.environ, "TMPDIR": folder}
            ended = subprocess.run(
                command, capture_output=True, text=True, errors="replace", env=environment
            )
        tally.seconds = time.monotonic() - began
        tally.runs += max((int(a or b) for a, b in _RUNS.findall(ended.stderr)), default=0)
        written = _FOUND.findall(ended.stderr)
        (finds / "last.log").write_text(ended.stderr, encoding="utf-8")
        if ended.returncode and not written:
            raise SystemExit(f"{name} could not be fuzzed:\n{ended.stderr[-2000:]}")
        if ended.returncode == 0:
            break
        tally.finds += written
        if len(tally.finds) >= _MOST_FINDS:
            break
    return tally


def _name(text: str) -> str:
    if text not in TARGETS:
        raise argparse.ArgumentTypeError(f"{text} is none of {', '.join(TARGETS)}")
    return text


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.fuzz", description=__doc__)
    names = ", ".join(TARGETS)
    parser.add_argument("targets", nargs="*", type=_name, metavar="TARGET",
                        help=f"{names}; all if none is given")  # fmt: skip
    parser.add_argument("--seconds", type=int, default=60, help="for each target (60)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
