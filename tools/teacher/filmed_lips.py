"""The teacher against filmed lips: fits its table to them, makes a corpus that follows them.

``python -m tools.teacher.filmed_lips fit --cache DIR --films DIR`` writes fitted_lips.json. Per
phone it holds a factor of the opening and a change of the width, by ridge regression of the
residual of the table's trajectories on the shares that the phones have in them. The ridge keeps
phones that the film hardly shows at the table's values. A third of the sentences is left out of the
fit and serves only for the report.

``python -m tools.teacher.filmed_lips corpus --cache DIR --films DIR`` adds ``grid_s1_filmed``. Its
lips go half the way from the teacher's to the film's. A film shows how far a real mouth opens and
how wide it is, syllable by syllable, which no table knows. It does not show that lips touch,
because its tracks are smoothed, so contacts stay the teacher's.
"""

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import apply_seal
from tools.data.cache import Recording, Utterance, load, write_corpus
from tools.data.phones import PHONES, SILENCE

from . import articulation
from .coarticulation import lip_seal, phone_shares, phone_targets
from .lip_geometry import aperture, moved, read_film, width
from .targets import make_targets, utterance_targets

_RIDGE = 8000.0  # frames' worth of trust in the table
_FREE = 0.05  # seal below which lips are free
_LEAST_SHOWN = 50  # frames of a phone

_SHARE = 0.5  # of the film in the corpus
_TUCK = ARKIT_52.index("mouthRollLower")

Moves = Mapping[str, tuple[float, float]]
"""Phone to (factor of the opening, change of the width)."""


def main(argv: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.teacher.filmed_lips")
    parser.add_argument("command", choices=("fit", "corpus"))
    parser.add_argument("--cache", type=Path, required=True, help="made by python -m tools.data")
    parser.add_argument("--films", type=Path, required=True, help="folder of the films' npz")
    parser.add_argument("--corpus", default="grid_s1")
    options = parser.parse_args(argv)
    utterances = [u for u in load(options.cache, [options.corpus]) if u.phones]
    if options.command == "fit":
        _fit_table(options.corpus, utterances, options.films)
    else:
        name = f"{options.corpus}_filmed"
        written = write_corpus(options.cache / name, recordings(utterances, options.films))
        print(f"{name}: {len(written)} utterances with curves")


def _fit_table(corpus: str, utterances: list[Utterance], films: Path) -> None:
    """Writes fitted_lips.json and prints the correlations before and after."""
    left_out, used = utterances[::3], [u for i, u in enumerate(utterances) if i % 3]
    _write_fit(corpus, {})
    before = correlations(left_out, films)
    _write_fit(corpus, fit(used, films))
    after = correlations(left_out, films)
    print("correlation on sentences left out: aperture, width")
    print(f"table  {before[0]:.3f}  {before[1]:.3f}")
    print(f"fitted {after[0]:.3f}  {after[1]:.3f}")


def _write_fit(corpus: str, moves: Moves) -> None:
    text = json.dumps({"corpus": corpus, "phones": moves}, ensure_ascii=False, indent=1)
    articulation.FITTED_LIPS.write_text(text + "\n", encoding="utf-8")
    articulation.fitted_moves.cache_clear()
    phone_targets.cache_clear()


def fit(utterances: list[Utterance], films: Path) -> Moves:
    """The moves of the table that bring the teacher, with the table's values, closest to films."""
    parts = []
    for utterance in utterances:
        channels = _channels(utterance)
        film = read_film(films / f"{utterance.id}.npz", len(channels))
        free = lip_seal(utterance.phones, len(channels)) < _FREE
        shares = phone_shares(utterance.phones, len(channels), "jaw")
        own = aperture(channels), width(channels)
        parts.append([values[free] for values in (shares, *film, *own)])
    shares, lips, wide, own_lips, own_wide = map(np.concatenate, zip(*parts, strict=True))
    opening = _unexplained(shares, lips, own_lips)
    spread = _unexplained(shares, wide, own_wide - own_wide.mean())
    moves = {}
    for index, phone in enumerate(PHONES):
        table = articulation.table_targets(phone)
        own = table["jaw"][0] + 0.25 * table["lower"][0] + 0.25 * table["upper"][0]
        if phone == SILENCE or own == 0.0 or shares[:, index].sum() < _LEAST_SHOWN:
            continue
        factor = float(np.clip((own + opening[index]) / own, 0.6, 1.6))
        moves[phone] = (round(factor, 3), round(float(np.clip(spread[index], -0.3, 0.3)), 3))
    return moves


def _unexplained(shares: np.ndarray, measured: np.ndarray, own: np.ndarray) -> np.ndarray:
    """Ridge regression [P] of the measure, in the table's scale, minus the table's own."""
    residual = measured / _gain(measured, own) - own
    residual = residual - residual.mean()
    normal = shares.T @ shares + _RIDGE * np.eye(shares.shape[1])
    return np.linalg.solve(normal, shares.T @ residual)


def correlations(utterances: list[Utterance], films: Path) -> tuple[float, float]:
    """Mean correlation of the teacher's aperture and width with the films'."""
    found = []
    for utterance in utterances:
        channels = _channels(utterance)
        film = read_film(films / f"{utterance.id}.npz", len(channels))
        own = aperture(channels), width(channels)
        found.append([np.corrcoef(*pair)[0, 1] for pair in zip(own, film, strict=True)])
    return tuple(np.mean(found, axis=0))


def _channels(utterance: Utterance) -> np.ndarray:
    return apply_seal(ARKIT_52, make_targets(utterance.phones, utterance.samples()))


def recordings(utterances: list[Utterance], films: Path) -> Iterator[Recording]:
    """The utterances with curves that follow the film."""
    targets = list(utterance_targets(utterances))
    filmed = [
        read_film(films / f"{u.id}.npz", len(raw))
        for u, raw in zip(utterances, targets, strict=True)
    ]
    channels = [apply_seal(ARKIT_52, raw) for raw in targets]
    wide = [width(own) for own in channels]
    lips, widths = (np.concatenate(measures) for measures in zip(*filmed, strict=True))
    own_lips = np.concatenate([aperture(own) for own in channels])
    gains = _gain(lips, own_lips), _gain(widths, np.concatenate([w - w.mean() for w in wide]))
    for utterance, raw, film in zip(utterances, targets, filmed, strict=True):
        free = 1.0 - np.maximum(lip_seal(utterance.phones, len(raw)), raw[:, _TUCK])
        own = width(apply_seal(ARKIT_52, raw)).mean()
        followed = moved(raw, film[0] / gains[0], own + film[1] / gains[1], _SHARE * free)
        curves = apply_seal(ARKIT_52, followed)
        yield Recording(
            utterance.id, utterance.samples(), utterance.speaker, utterance.lang, utterance.sex,
            utterance.phones, utterance.split, utterance.text, curves.astype(np.float32),
        )  # fmt: skip


def _gain(measured: np.ndarray, own: np.ndarray) -> float:
    """Measure per shape-key unit, by least squares through zero."""
    return float((own @ measured) / (own @ own))


if __name__ == "__main__":
    main()
