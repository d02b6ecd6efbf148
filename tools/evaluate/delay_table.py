"""``python -m tools.evaluate.delay_table --cache DIR``: what less look-ahead costs.

The bundled weights hear with other blocks and right contexts than they were trained with
(``NetworkConfig.block`` and ``right``), so that frames come out sooner.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from model.numpy_network import NumpyRuntime
from model.streaming import delay
from model.weights_file import DEFAULT_WEIGHTS, load_weights
from tools.data.cache import Utterance

from .articulation_tables import FIGURES, figures
from .held_out import HeldOut
from .tables import Table

CANDIDATES = (
    *((5, 6), (3, 6), (2, 4), (5, 0), (3, 2), (2, 3), (1, 4)),
    *((4, 0), (3, 1), (2, 2), (1, 3), (1, 2)),
)
"""Blocks and right contexts, in steps of 20 ms; the first is the one of the training."""


def delay_table(
    sets: HeldOut, weights: Path, candidates: Sequence[tuple[int, int]] = CANDIDATES
) -> Table:
    """The network with each block and right context on the unseen real speakers."""
    utterances = sets.unseen()
    minutes = sum(u.seconds for u in utterances) / 60
    table = Table(
        "Delay: what less look-ahead costs",
        ("block", "right", "delay ms", *FIGURES),
        f"{len(utterances)} utterances, {minutes:.1f} min, real speakers never trained on, clean. "
        "Block and right context in steps of 20 ms.",
    )
    for block, right in candidates:
        runtime = _runtime(weights, block, right)
        milliseconds = round(1000 * delay(runtime.config))
        table.add(block, right, milliseconds, *figures(utterances, _hearing(runtime)))
    return table


def _runtime(weights: Path, block: int, right: int) -> NumpyRuntime:
    config, arrays = load_weights(weights)
    return NumpyRuntime(replace(config, block=block, right=right), arrays)


def _hearing(runtime: NumpyRuntime) -> Callable[[Utterance], np.ndarray]:
    return lambda utterance: runtime.predict(utterance.samples()).values


def main() -> None:
    """Prints the table as markdown."""
    parser = argparse.ArgumentParser(prog="python -m tools.evaluate.delay_table")
    parser.add_argument("--cache", type=Path, required=True, help="made by python -m tools.data")
    parser.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS)
    parser.add_argument("--limit", type=int, help="at most so many utterances of a corpus")
    options = parser.parse_args()
    print(delay_table(HeldOut(options.cache, options.limit), options.weights).markdown())


if __name__ == "__main__":
    main()
