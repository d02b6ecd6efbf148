"""Fits the teacher's openings and widths to filmed lips: ``python -m tools.teacher.fit``.

Per phone one factor of the opening and one change of the width, by ridge regression of what the
table's trajectories leave unexplained on the shares that the phones have in them. The ridge keeps
phones that the film hardly shows at the table's values. A third of the sentences is left out of the
fit and used to choose nothing, only to report.
"""

import argparse
import json
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import apply_seal
from tools.data.cache import Utterance, load
from tools.data.inventory import PHONES

from . import articulation, fitted_lips
from .coarticulation import lip_seal, phone_shares
from .lip_geometry import aperture, filmed, width
from .teach import teach

_RIDGE = 15000.0  # frames' worth of trust in the table


def main() -> None:
    """Writes fitted_lips.json and prints the correlations before and after."""
    parser = argparse.ArgumentParser(prog="python -m tools.teacher.fit", description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="made by python -m tools.data")
    parser.add_argument("--films", type=Path, required=True, help="folder of the films' npz")
    parser.add_argument("--corpus", default="grid_s1")
    options = parser.parse_args()
    utterances = [u for u in load(options.cache, [options.corpus]) if u.phones]
    fitted_lips.FITTED.unlink(missing_ok=True)
    _forget()
    before = report(utterances[::3], options.films)
    moves = fit([u for i, u in enumerate(utterances) if i % 3], options.films)
    text = json.dumps({"corpus": options.corpus, "phones": moves}, ensure_ascii=False, indent=1)
    fitted_lips.FITTED.write_text(text + "\n", encoding="utf-8")
    _forget()
    after = report(utterances[::3], options.films)
    print("correlation on sentences left out: aperture, width")
    print(f"table  {before[0]:.3f}  {before[1]:.3f}")
    print(f"fitted {after[0]:.3f}  {after[1]:.3f}")


def fit(utterances: list[Utterance], films: Path) -> dict[str, tuple[float, float]]:
    """Phone to (factor of the opening, change of the width)."""
    shares, lips, wide, own_lips, own_wide = ([] for _ in range(5))
    for utterance in utterances:
        spans, channels = _taught(utterance)
        measured = filmed(films / f"{utterance.id}.npz", len(channels))
        free = lip_seal(spans, len(channels)) < 0.05
        shares.append(phone_shares(spans, len(channels), "jaw")[free])
        for kept, values in zip(
            (lips, wide, own_lips, own_wide), (*measured, aperture(channels), width(channels)),
            strict=True,
        ):  # fmt: skip
            kept.append(values[free])
    shares, lips, wide, own_lips, own_wide = map(
        np.concatenate, (shares, lips, wide, own_lips, own_wide)
    )
    opening = _moves(shares, lips, own_lips)
    spread = _moves(shares, wide, own_wide - own_wide.mean())
    moves = {}
    for index, phone in enumerate(PHONES):
        table = articulation.table_targets(phone)
        own = table["jaw"][0] + 0.25 * table["lower"][0] + 0.25 * table["upper"][0]
        if phone == "sil" or own == 0.0 or shares[:, index].sum() < 50:
            continue
        factor = float(np.clip((own + opening[index]) / own, 0.6, 1.6))
        moves[phone] = (round(factor, 3), round(float(np.clip(spread[index], -0.3, 0.3)), 3))
    return moves


def _moves(shares: np.ndarray, measured: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Ridge regression [P] of the measure, in the table's scale, minus the table's own."""
    gain = (own @ measured) / (own @ own)
    left = measured / gain - own
    left = left - left.mean()
    normal = shares.T @ shares + _RIDGE * np.eye(shares.shape[1])
    return np.linalg.solve(normal, shares.T @ left)


def report(utterances: list[Utterance], films: Path) -> tuple[float, float]:
    """Mean correlation of the teacher's aperture and width with the films'."""
    found = []
    for utterance in utterances:
        _, channels = _taught(utterance)
        lips, wide = filmed(films / f"{utterance.id}.npz", len(channels))
        found.append(
            (np.corrcoef(aperture(channels), lips)[0, 1], np.corrcoef(width(channels), wide)[0, 1])
        )
    return tuple(np.mean(found, axis=0))


def _taught(utterance: Utterance) -> tuple[list[tuple[str, float, float]], np.ndarray]:
    spans = [(p.ipa, p.start, p.end) for p in utterance.phones]
    return spans, apply_seal(ARKIT_52, teach(spans, utterance.samples()))


def _forget() -> None:
    """Drops the tables that were made with the former fit."""
    from .coarticulation import _targets

    fitted_lips._moves.cache_clear()
    _targets.cache_clear()


if __name__ == "__main__":
    main()
