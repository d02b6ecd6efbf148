"""Make the training cache: python -m tools.data --corpora ROOT --out CACHE."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from model.errors import AudioError

from .cache import DataError, Recording, Utterance, write_corpus
from .corpora import CORPORA, recordings
from .phones import UnknownSymbolError
from .synthesis import SYNTHETIC, synthesise

_NAMES = (*CORPORA, *SYNTHETIC)


def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns the exit status."""
    args = _parse(argv)
    for name in args.only or _NAMES:
        try:
            written = write_corpus(args.out / name, _source(name, args))
        except (AudioError, DataError, UnknownSymbolError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            return 1
        print(summary(name, written), flush=True)
    return 0


def summary(name: str, utterances: Sequence[Utterance]) -> str:
    """One line on a corpus: utterances, hours, hours with phones, hours held out."""
    hours = sum(u.seconds for u in utterances) / 3600
    labelled = sum(u.seconds for u in utterances if u.phones is not None) / 3600
    test = sum(u.seconds for u in utterances if u.split == "test") / 3600
    return (
        f"{name}: {len(utterances)} utterances, {hours:.2f} h, "
        f"with phones {labelled:.2f} h, held out {test:.2f} h"
    )


def _source(name: str, args: argparse.Namespace) -> Iterator[Recording]:
    if name in SYNTHETIC:
        return synthesise(args.corpora, name, args.hours, args.seed)
    return recordings(args.corpora, name, args.out / "recognised", args.posteriors)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.data", description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True, help="folder with speech/, capture/")
    parser.add_argument("--out", type=Path, required=True, help="cache folder to write")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=_NAMES,
        metavar="NAME",
        help=f"some of {', '.join(_NAMES)}; all unless given",
    )
    parser.add_argument(
        "--posteriors", type=Path, help="folder with NAME.npz of a network (tools.train.posteriors)"
    )
    parser.add_argument("--hours", type=float, default=6.25, help="of synthesis in all (6.25)")
    parser.add_argument("--seed", type=int, default=0, help="of the synthesis (0)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
