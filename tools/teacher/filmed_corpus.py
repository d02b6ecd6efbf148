"""Makes a cache corpus whose lips go half the way from the teacher's to the film's.

``python -m tools.teacher.filmed_corpus --cache DIR --films DIR`` adds ``grid_s1_filmed``. A film
shows how far a real mouth opens and how wide it is, syllable by syllable, which no table knows; it
hides what the teacher knows, that lips touch, because its tracks are smoothed. So contacts stay the
teacher's.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from model.channels import ARKIT_52
from model.lip_seal import LOWER, UPPER, apply_seal
from tools.data.cache import Recording, Utterance, load, write_corpus

from .arousal import arousals
from .coarticulation import lip_seal
from .lip_geometry import aperture, filmed, width
from .teach import teach

_SHARE = 0.5  # of the film
_LEAST = 0.03  # opening below which no factor is formed
_COLUMN = {name: index for index, name in enumerate(ARKIT_52)}
_OPENERS = [_COLUMN[name] for name in ("jawOpen", *LOWER, *UPPER)]
_TUCK = _COLUMN["mouthRollLower"]
_SPREADERS = [
    _COLUMN[name]
    for name in ("mouthStretchLeft", "mouthStretchRight", "mouthSmileLeft", "mouthSmileRight")
]


def main() -> None:
    """Writes the corpus."""
    parser = argparse.ArgumentParser(prog="python -m tools.teacher.filmed_corpus")
    parser.add_argument("--cache", type=Path, required=True, help="made by python -m tools.data")
    parser.add_argument("--films", type=Path, required=True, help="folder of the films' npz")
    parser.add_argument("--corpus", default="grid_s1")
    options = parser.parse_args()
    utterances = [u for u in load(options.cache, [options.corpus]) if u.phones]
    name = f"{options.corpus}_filmed"
    written = write_corpus(options.cache / name, recordings(utterances, options.films))
    print(f"{name}: {len(written)} utterances with curves")


def recordings(utterances: list[Utterance], films: Path) -> Iterator[Recording]:
    """The utterances with curves that follow the film."""
    excitement = arousals([u.samples() for u in utterances], [u.speaker for u in utterances])
    taught = [
        teach(_spans(u), u.samples(), float(a)) for u, a in zip(utterances, excitement, strict=True)
    ]
    films_of = [
        filmed(films / f"{u.id}.npz", len(raw)) for u, raw in zip(utterances, taught, strict=True)
    ]
    channels = [apply_seal(ARKIT_52, raw) for raw in taught]
    gains = (
        _gain([lips for lips, _ in films_of], [aperture(own) for own in channels]),
        _gain([wide for _, wide in films_of], [width(own) - width(own).mean() for own in channels]),
    )
    for utterance, raw, film in zip(utterances, taught, films_of, strict=True):
        contact = np.maximum(lip_seal(_spans(utterance), len(raw)), raw[:, _TUCK])
        curves = apply_seal(ARKIT_52, follow(raw, film, gains, contact))
        yield Recording(
            utterance.id, utterance.samples(), utterance.speaker, utterance.lang, utterance.sex,
            utterance.phones, utterance.split, utterance.text, curves.astype(np.float32),
        )  # fmt: skip


def follow(
    raw: np.ndarray,
    film: tuple[np.ndarray, np.ndarray],
    gains: tuple[float, float],
    contact: np.ndarray,
) -> np.ndarray:
    """Raw targets [T, 52] whose opening and width go half the way to the film's [T] each.

    Args:
        raw: the teacher's.
        film: measured aperture and width.
        gains: measure per shape-key unit, of aperture and width.
        contact: where lips touch, [T] in 0..1; nothing is changed there.
    """
    own = apply_seal(ARKIT_52, raw)
    opening, wide = aperture(own), width(own)
    wanted = opening + _SHARE * (np.maximum(film[0], 0.0) / gains[0] - opening)
    factor = np.clip(wanted / np.maximum(opening, _LEAST), 0.4, 2.0)
    free = 1.0 - contact
    followed = raw.copy()
    followed[:, _OPENERS] *= (1.0 + free * (factor - 1.0))[:, None]
    change = _SHARE * free * np.clip(film[1] / gains[1] - (wide - wide.mean()), -0.4, 0.4)
    followed[:, _SPREADERS] += np.maximum(change, 0.0)[:, None]
    followed[:, _COLUMN["mouthPucker"]] += np.maximum(-change, 0.0)
    return np.clip(followed, 0.0, 1.0)


def _gain(measured: list[np.ndarray], own: list[np.ndarray]) -> float:
    y, x = np.concatenate(measured), np.concatenate(own)
    return float((x @ y) / (x @ x))


def _spans(utterance: Utterance) -> list[tuple[str, float, float]]:
    return [(p.ipa, p.start, p.end) for p in utterance.phones]


if __name__ == "__main__":
    main()
