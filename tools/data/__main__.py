"""Make the training cache: python -m tools.data --corpora ROOT --out CACHE.

A corpus that is whole and made from the same code, options and inputs is left as it is. What is
missing is named at the end, with the exit status 1; everything else is written.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from model.errors import AudioError

from .background import SOURCES, background_speech
from .cache import DataError, Recording, Utterance, write_corpus
from .corpora import ALIGNED, CORPORA, ENGLISH_TEXTS, recordings
from .made_from import digest, is_made_from, note
from .phones import UnknownSymbolError
from .sounds import FOLDERS, write_sounds
from .synthesis import SYNTHETIC, synthesise

BACKGROUND, SOUNDS = "background_speech", "sounds"
_NAMES = (*CORPORA, BACKGROUND, SOUNDS, *SYNTHETIC)
_LABELLING = ("cache.py", "labels.py", "phones.py")


def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns the exit status."""
    args = _parse(argv)
    args.posteriors = args.posteriors or args.out / "posteriors"
    problems: list[str] = []
    for name in args.only or _NAMES:
        made_from = _made_from(name, args)
        if not args.again and is_made_from(args.out / name, made_from):
            print(f"{name}: up to date", flush=True)
            continue
        found: list[str] = []
        try:
            print(_make(name, args, found), flush=True)
        except (AudioError, DataError, UnknownSymbolError) as error:
            found.append(f"{name}: {error}")
        if (args.out / name).is_dir():
            note(args.out / name, None if found else made_from)
        problems += found
    if problems:
        print(f"{len(problems)} things are missing:", *problems, sep="\n  ", file=sys.stderr)
    return 1 if problems else 0


def summary(name: str, utterances: Sequence[Utterance]) -> str:
    """One line on a corpus: utterances, hours, hours of speech with phones, hours held out."""
    hours = sum(u.seconds for u in utterances) / 3600
    labelled = sum(p.end - p.start for u in utterances for p in u.phones or ()) / 3600
    test = sum(u.seconds for u in utterances if u.split == "test") / 3600
    return (
        f"{name}: {len(utterances)} utterances, {hours:.2f} h, "
        f"with phones {labelled:.2f} h, held out {test:.2f} h"
    )


def _make(name: str, args: argparse.Namespace, problems: list[str]) -> str:
    """Write one corpus, or the sounds. Returns a line about it."""
    if name == SOUNDS:
        return write_sounds(args.corpora, args.out)
    return summary(name, write_corpus(args.out / name, _source(name, args, problems)))


def _source(name: str, args: argparse.Namespace, problems: list[str]) -> Iterator[Recording]:
    if name in SYNTHETIC:
        return synthesise(args.corpora, name, args.hours, args.seed, problems)
    if name == BACKGROUND:
        return background_speech(args.corpora, problems)
    recognised = args.out / "recognised"
    return recordings(args.corpora, name, recognised, args.posteriors, problems)


def _made_from(name: str, args: argparse.Namespace) -> str:
    """The digest of all that decides what a corpus holds."""
    if name == SOUNDS:
        return digest(["sounds.py"], [], [args.corpora / folder for folder in FOLDERS.values()])
    if name == BACKGROUND:
        code = [*_LABELLING, "background.py", "corpora.py"]
        return digest(code, [], [args.corpora / source.folder for source in SOURCES])
    if name in SYNTHETIC:
        corpus = SYNTHETIC[name]
        code = [*_LABELLING, "synthesis.py", "synthesizers.py", "espeak.py", "speaking_styles.py",
                "texts/en.txt", "texts/fi.txt"]  # fmt: skip
        texts = CORPORA[corpus.texts].folder if corpus.texts else ""
        index = [args.corpora / texts / "index.jsonl"] if texts else []
        return digest(code, [args.hours, args.seed], index)
    code, inputs = [*_LABELLING, "corpora.py"], [args.corpora / CORPORA[name].folder]
    if name in ENGLISH_TEXTS:
        code += ["transcripts.py", "recognition.py", "texts/en.dict"]
    elif name in ALIGNED:
        code += ["forced_alignment.py", "espeak.py"]
        inputs.append(args.posteriors / f"{name}.npz")
    else:
        code.append("recognition.py")
    return digest(code, [], inputs)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.data", description=(__doc__ or "").partition("\n\n")[0]
    )
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
        "--again", action="store_true", help="make corpora anew even where they are up to date"
    )
    parser.add_argument(
        "--posteriors",
        type=Path,
        help="folder with NAME.npz of a network (tools.train.posteriors); OUT/posteriors",
    )
    parser.add_argument("--hours", type=float, default=6.25, help="of synthesis in all (6.25)")
    parser.add_argument("--seed", type=int, default=0, help="of the synthesis (0)")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
