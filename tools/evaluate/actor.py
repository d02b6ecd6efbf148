"""``python -m tools.evaluate.actor CORPUS --cache DIR --weights FILE…``: a captured actor.

For each weights file and each take, the agreement with the captured curves that were held out
(``split`` "test" of a corpus made by ``python -m tools.actor``). The bundled network comes
first.
"""

import argparse
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.errors import A2FError
from model.lip_seal import lip_opening
from model.runtime import choose_runtime
from tools.data.cache import CacheError, Utterance, load
from tools.teacher.lip_geometry import width

from .measures import brow_raise, column, mean_correlation, rounding
from .tables import Table

Measure = Callable[[np.ndarray], np.ndarray]

_MEASURES: dict[str, tuple[Measure, tuple[str, ...]]] = {
    "opening": (lambda rows: lip_opening(ARKIT_52, rows), ("jawOpen",)),
    "rounding": (rounding, ("mouthPucker", "mouthFunnel")),
    "width": (width, ("mouthPucker", "mouthSmileLeft")),
    "lower lip": (lambda rows: column(rows, "mouthLowerDownLeft"), ("mouthLowerDownLeft",)),
    "upper lip": (lambda rows: column(rows, "mouthUpperUpLeft"), ("mouthUpperUpLeft",)),
    "brows": (brow_raise, ("browInnerUp", "browDownLeft")),
}
"""What is compared, and the channels that a capture needs for it."""

_SEGMENT = re.compile(r"-\d{3}$")


def agreement(captured: Sequence[np.ndarray], predicted: Sequence[np.ndarray]) -> list[float]:
    """Figures of one network on one take, rows [T, 52] of each utterance.

    Mean correlation of each measure (nan where the capture lacks it), the mean absolute error over
    the channels that are known, and the jaw's reach: its 95th percentile over the captured one.
    """
    figures = []
    for measure, needed in _MEASURES.values():
        pairs = []
        for rows, by in zip(captured, predicted, strict=True):
            known = np.all([np.isfinite(column(rows, name)) for name in needed], axis=0)
            pairs.append((measure(by), np.where(known, measure(np.nan_to_num(rows)), np.nan)))
        figures.append(mean_correlation(pairs))
    known, found = np.concatenate(captured), np.concatenate(predicted)
    figures.append(float(np.nanmean(np.abs(found - known))))
    jaw = column(known, "jawOpen")
    seen = np.isfinite(jaw)
    if not seen.any():
        return [*figures, float("nan")]
    reach = np.percentile(column(found, "jawOpen")[seen], 95)
    return [*figures, float(reach / max(np.percentile(jaw[seen], 95), 1e-6))]


def actor_table(utterances: Sequence[Utterance], networks: Mapping[str, Path | None]) -> Table:
    """A row for each take and network; None is the bundled weights.

    Raises WeightsError for weights that cannot be used.
    """
    table = Table(
        "A captured actor, held out",
        ("take", "network", *_MEASURES, "mean error", "jaw reach"),
        "Correlation with the captured curves; error over the captured channels; reach of the jaw "
        "(95th percentile) as a share of the captured one.",
    )
    takes: dict[str, list[Utterance]] = {}
    for utterance in utterances:
        takes.setdefault(_SEGMENT.sub("", utterance.id), []).append(utterance)
    if len(takes) > 1:
        takes["all"] = list(utterances)
    captured = {u.id: u.curves() for u in utterances}
    for name, weights in networks.items():
        runtime = choose_runtime("numpy", weights)
        predicted = {u.id: runtime.predict(u.samples()).values for u in utterances}
        for take, parts in takes.items():
            figures = agreement([captured[u.id] for u in parts], [predicted[u.id] for u in parts])
            table.add(take, name, *figures)
    table.rows.sort(key=lambda row: list(takes).index(row[0]))
    return table


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the table; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.evaluate.actor", description=__doc__)
    parser.add_argument("corpus", help="name of the actor")
    parser.add_argument("--cache", type=Path, required=True, help="where the actor was imported")
    parser.add_argument("--weights", type=Path, nargs="*", default=[], help="fine-tuned networks")
    options = parser.parse_args(arguments)
    networks = {"bundled": None} | {f"{p.parent.name}/{p.stem}": p for p in options.weights}
    try:
        utterances = [
            u for u in load(options.cache, [options.corpus], "test") if u.curves() is not None
        ]
        if not utterances:
            raise CacheError(f"{options.corpus} has no captured curves held out; import it again.")
        table = actor_table(utterances, networks)
    except (A2FError, CacheError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(table.markdown())
    return 0


if __name__ == "__main__":
    sys.exit(main())
