"""Make a corpus of a recorded actor: python -m tools.actor PATH… --out CACHE --name NAME."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from tools.data.cache import Utterance, write_corpus

from .channels import INAUDIBLE, read_channel_map
from .performance import Options, Performance, perform
from .takes import find_takes
from .tracks import ActorError

_DOUBTFUL = 0.2  # correlation of mouth and sound


def main(argv: Sequence[str] | None = None) -> int:
    """Command line. Returns the exit status: 0 done, 1 refused with a sentence."""
    args = _parse(argv)
    try:
        options = Options(
            name=args.name,
            lang=args.lang,
            lag=None if args.lag_ms is None else args.lag_ms / 1000,
            full_range=args.full_range,
            held_out=frozenset(args.held_out),
            face_model=args.face_model,
            channel_map=read_channel_map(args.map) if args.map else None,
        )
        performance = perform(find_takes(args.paths), options)
    except ActorError as error:
        print(f"{args.name}: {error}", file=sys.stderr)
        return 1
    written = write_corpus(args.out / args.name, performance.recordings)
    print("\n".join(summary(args.name, performance, written)))
    return 0


def summary(name: str, performance: Performance, written: Sequence[Utterance]) -> list[str]:
    """Lines on the result: amount, alignment, channels without information, doubtful takes."""
    minutes = sum(u.seconds for u in written) / 60
    test = sum(u.seconds for u in written if u.split == "test") / 60
    known = np.concatenate([np.isfinite(u.curves()) for u in written])
    channels = known.any(axis=0)
    alignments = performance.alignments
    lines = [
        f"{name}: {_count(len(alignments), 'take')}, "
        f"{_count(len(written), 'utterance')}, {minutes:.1f} min, held out {test:.1f} min, "
        f"{channels.sum()} of {len(ARKIT_52)} channels, "
        f"face known in {known.any(axis=1).mean():.0%} of the frames"
    ]
    lags = np.array([alignment.lag for _, alignment in alignments]) * 1000
    fits = np.array([alignment.correlation for _, alignment in alignments])
    if np.all(np.isnan(fits)):
        lines.append(f"lag: {np.median(lags):.0f} ms, not compared with the sound")
    else:
        lines.append(
            f"lag: {lags.min():.0f} to {lags.max():.0f} ms; "
            f"mouth against sound r {np.nanmin(fits):.2f} to {np.nanmax(fits):.2f}"
        )
    lines += [
        f"drift: {take} {1e6 * alignment.drift:+.0f} µs a second, removed"
        for take, alignment in alignments
        if alignment.drift
    ]
    calibration = performance.calibration
    lines += _listed("never move, not learnt", calibration.dead)
    lines += _listed("not in the files", calibration.absent)
    lines.append("not learnt, since sound says nothing of them: blinks and gaze")
    doubtful = {take for take, alignment in alignments if alignment.correlation < _DOUBTFUL}
    if doubtful:
        lines.append(
            f"CHECK: the mouth does not follow the sound in {', '.join(sorted(doubtful))}; "
            "is it the right sound?"
        )
    if not test:
        lines.append("CHECK: nothing is held out; record more, to measure the gain of training.")
    return lines


def _listed(label: str, channels: np.ndarray) -> list[str]:
    names = [ARKIT_52[i] for i in np.flatnonzero(channels) if ARKIT_52[i] not in INAUDIBLE]
    return [f"{label}: {', '.join(names)}"] if names else []


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][\w-]*", text):
        raise argparse.ArgumentTypeError(f'"{text}" must be letters, digits, _ and -')
    return text


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.actor", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="takes, or folders")
    parser.add_argument("--out", type=Path, required=True, help="cache folder to write into")
    parser.add_argument("--name", type=_name, required=True, help="of the actor, and the corpus")
    parser.add_argument("--lang", default="und", help="language code of the sound (und)")
    parser.add_argument(
        "--held-out", nargs="+", default=[], metavar="TAKE",
        help="takes to keep from training; a tenth of everything unless given",
    )  # fmt: skip
    parser.add_argument("--lag-ms", type=float, help="how late the curves are; estimated if absent")
    parser.add_argument("--map", type=Path, help="TOML: the controls ARKit channels are made of")
    parser.add_argument(
        "--full-range", action=argparse.BooleanOptionalAction,
        help="scale channels to their usual peaks in speech (only for scores)",
    )  # fmt: skip
    parser.add_argument("--face-model", type=Path, help="face_landmarker.task, for videos")
    return parser.parse_args(argv)


if __name__ == "__main__":
    sys.exit(main())
