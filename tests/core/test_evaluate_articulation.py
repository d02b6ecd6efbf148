"""The score itself: right curves score high, wrong ones low."""

import numpy as np
import pytest

from model.channels import ARKIT_52

pytest.importorskip("scipy")
from tools.evaluate.articulation import auc, score

WORDS = "sil p ɑ t i m æ k u b ɛ d o f i s w v a n y p ɔ ɡ ɪ m ə sil"


def labels(seed: int) -> list[tuple[str, float, float]]:
    words = WORDS.split()
    order = np.random.default_rng(seed).permutation(len(words) - 2) + 1
    phones = ["sil", *(words[i] for i in order), "sil"]
    ends = np.cumsum([0.3 if phone == "sil" else 0.12 for phone in phones])
    return list(zip(phones, [0.0, *ends[:-1]], ends, strict=True))


def ideal(phones) -> np.ndarray:
    """Curves read off the labels: what a perfect system would draw."""
    openness = {"ɑ": 0.6, "a": 0.6, "æ": 0.6, "ɔ": 0.4, "ɛ": 0.35, "ə": 0.25, "o": 0.3, "ɪ": 0.2}
    values = np.zeros((round(phones[-1][2] * 100), 52), np.float32)
    for phone, start, end in phones:
        rows = slice(round(start * 100), round(end * 100))
        jaw = 0.0 if phone in ("p", "b", "m", "sil") else 0.02 if phone in "fv" else 0.12
        values[rows, ARKIT_52.index("jawOpen")] = openness.get(phone, jaw)
        values[rows, ARKIT_52.index("mouthPucker")] = 0.8 * (phone in "uowyɔ")
    return values


def test_ideal_beats_chance() -> None:
    sets = [labels(seed) for seed in range(12)]
    good = score([(phones, ideal(phones)) for phones in sets])
    chance = score([(p, ideal(q)) for p, q in zip(sets, sets[1:] + sets[:1], strict=True)])
    assert good.closure_j == 1.0
    assert good.rounding_auc == 1.0
    assert good.silence == 1.0
    assert good.lip_specificity > 0.75
    assert good.openness_rho > 0.8
    assert good.lag_ms == 0
    assert abs(chance.lip_specificity - 0.5) < 0.2
    assert chance.correlation < 0.5 * good.correlation


def test_late_curves_show_as_lag() -> None:
    sets = [labels(seed) for seed in range(4)]
    late = [(phones, np.roll(ideal(phones), 5, axis=0)) for phones in sets]
    assert score(late).lag_ms == pytest.approx(50, abs=10)


def test_a_jaw_that_never_shuts_wins_no_closures() -> None:
    sets = [labels(seed) for seed in range(4)]
    open_jaw = score([(phones, np.maximum(ideal(phones), 0.3)) for phones in sets])
    assert open_jaw.closure_j <= 0
    assert open_jaw.lip_specificity == 0.5
    assert open_jaw.silence == 0.0


def test_auc_counts_ties_half() -> None:
    assert auc([1, 2], [1, 2]) == 0.5
    assert auc([3, 4], [1, 2]) == 1.0
    with pytest.raises(ValueError, match="no phones"):
        auc([], [1])
