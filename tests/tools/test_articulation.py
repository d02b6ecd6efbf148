"""The articulation score: right curves score high, wrong ones low; which phone asks for what."""

import numpy as np
import pytest

from model.channels import ARKIT_52
from tools.data.phones import PHONES
from tools.evaluate.articulation import BESIDE_REDUCED, auc, hits_by_place, place_of, score
from tools.evaluate.phone_classes import (
    expected_opening,
    height,
    is_open,
    is_rounded,
    is_spread,
    speech_frames,
    whole_vowels,
)

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


def test_ideal_curves_beat_chance() -> None:
    sets = [labels(seed) for seed in range(12)]
    good = score([(phones, ideal(phones)) for phones in sets])
    chance = score([(p, ideal(q)) for p, q in zip(sets, sets[1:] + sets[:1], strict=True)])
    assert good.closure_j == 1.0
    assert good.rounding_auc == 1.0
    assert good.rest != good.rest
    assert good.lip_specificity > 0.75
    assert good.openness_rho > 0.8
    assert good.lag_ms == 0
    assert abs(chance.lip_specificity - 0.5) < 0.2
    assert chance.correlation < 0.5 * good.correlation


def test_open_jaw_wins_no_closures() -> None:
    sets = [labels(seed) for seed in range(4)]
    open_jaw = score([(phones, np.maximum(ideal(phones), 0.3)) for phones in sets])
    assert open_jaw.closure_j <= 0
    assert open_jaw.lip_specificity == 0.5
    assert np.isnan(open_jaw.rest)


def test_auc_counts_ties_half() -> None:
    assert auc([1, 2], [1, 2]) == 0.5
    assert auc([3, 4], [1, 2]) == 1.0
    with pytest.raises(ValueError, match="no phones"):
        auc([], [1])


def with_filler(phones, opening) -> list:
    """A filler sentence with every class of phones, and one whose opening is given."""
    values = np.zeros((len(opening), 52), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = opening
    return [(labels(0), ideal(labels(0))), (phones, values)]


def closures(items) -> tuple[float, float]:
    found = score(items)
    return found.closure_j, found.labiodental_j


def valley(at: float, depth: float = 0.0) -> np.ndarray:
    """Opening [100] of 0.6 with a dip 20 ms wide."""
    opening = np.full(100, 0.6)
    opening[round(at * 100) - 1 : round(at * 100) + 2] = depth
    return opening


BILABIAL = [("a", 0.0, 0.4), ("p", 0.4, 0.5), ("a", 0.5, 1.0)]


@pytest.mark.parametrize(
    ("at", "closes"), [(0.45, True), (0.37, True), (0.53, True), (0.32, False), (0.6, False)]
)
def test_closure_counts_within_40_ms_of_segment(at: float, closes: bool) -> None:
    bilabials = 5  # the filler's p, m, b, p, m
    share = 1.0 if closes else bilabials / (bilabials + 1)
    assert closures(with_filler(BILABIAL, valley(at)))[0] == pytest.approx(share)


def test_closure_beyond_window_is_no_minimum() -> None:
    falling = np.interp(np.arange(100), [0, 46, 60, 100], [0.6, 0.6, 0.0, 0.6])
    falling[50:58] = 0.05  # low enough, but the lips are still closing at the window's end
    falling[50:58] -= 0.005 * np.arange(8)
    assert closures(with_filler(BILABIAL, falling))[0] == pytest.approx(5 / 6)


def test_labiodental_may_stay_open_and_open_vowel_may_not_close() -> None:
    phones = [("a", 0.0, 0.4), ("f", 0.4, 0.5), ("a", 0.5, 1.0)]
    p95 = 0.6
    assert closures(with_filler(phones, valley(0.45, 0.2 * p95)))[1] == 1.0
    assert closures(with_filler(phones, valley(0.45, 0.3 * p95)))[1] == pytest.approx(2 / 3)
    shut = np.full(100, 0.6)
    shut[70:80] = 0.0
    assert closures(with_filler(BILABIAL, np.minimum(valley(0.45), shut)))[0] < 1.0


def test_diphthong_is_judged_at_middle_of_both_parts() -> None:
    """Open through its nucleus and shut in its offglide: only the middle of both is open."""
    phones = [("k", 0.0, 0.2), ("a", 0.2, 0.55), ("ɪ", 0.55, 0.8), ("k", 0.8, 1.0)]
    opening = np.full(100, 0.3)
    opening[60:80] = 0.0
    as_two = [(*phones[1][:1], 0.2, 0.5), ("k", 0.5, 0.8)]
    assert (
        closures(with_filler(phones, opening))[0]
        == closures(with_filler(as_two, opening))[0]
        == 1.0
    )
    opening[45:55] = 0.0
    assert closures(with_filler(phones, opening))[0] < 1.0


def test_rest_counts_long_silences_once_the_face_has_relaxed() -> None:
    phones = [("a", 0.0, 0.2), ("sil", 0.2, 0.9), ("a", 0.9, 1.0)]
    opening = np.full(100, 0.6)
    opening[44:85] = 0.0
    assert score(with_filler(phones, opening)).rest == 1.0
    opening[60:70] = 0.6
    assert score(with_filler(phones, opening)).rest == pytest.approx(0.75, abs=0.03)
    first = [("sil", 0.0, 0.6), ("a", 0.6, 1.0)]  # nothing to relax from
    assert score(with_filler(first, np.where(np.arange(100) < 6, 0.6, 0.0))).rest < 1.0


def test_pause_is_short_and_inside_speech() -> None:
    phones = [("sil", 0.0, 0.2), ("a", 0.2, 0.4), ("sil", 0.4, 0.8), ("a", 0.8, 1.0)]
    opening = np.where((np.arange(100) >= 40) & (np.arange(100) < 81), 0.3, 0.0)
    opening[20:40] = 0.6
    found = score(with_filler(phones, opening))
    assert found.pauses == pytest.approx(0.5, abs=0.02)
    assert np.isnan(found.rest)
    edges = [("sil", 0.0, 0.4), ("a", 0.4, 0.8), ("sil", 0.8, 1.0)]
    assert np.isnan(score(with_filler(edges, opening)).pauses)


@pytest.mark.parametrize(
    ("phones", "place"),
    [
        ("sil p a", "after silence"), ("a p a", "between vowels"), ("a p s", "in a cluster"),
        ("s p a", "in a cluster"), ("a p sil", "before silence"), ("p a", "after silence"),
        ("a p", "before silence"), ("sil p s", "after silence"),
    ],
)  # fmt: skip
def test_place_of_a_consonant(phones: str, place: str) -> None:
    timed = [(phone, 0.1 * i, 0.1 * i + 0.1) for i, phone in enumerate(phones.split())]
    assert place_of(timed, phones.split().index("p")) == place
    apart = [(phone, start, end - 0.05) for phone, start, end in timed]
    assert place_of(apart, phones.split().index("p")) == "after silence"


def test_contact_is_counted_at_its_place_and_beside_reduced_vowels() -> None:
    phones = [("a", 0.0, 0.3), ("m", 0.3, 0.4), ("ʌ", 0.4, 0.45), ("p", 0.45, 0.6), ("a", 0.6, 1.0)]
    opening = np.full(100, 0.6)
    opening[33:37] = 0.0
    values = np.zeros((100, 52), np.float32)
    values[:, ARKIT_52.index("jawOpen")] = opening
    found = hits_by_place([(phones, values)])
    assert dict(found) == {
        ("m", "between vowels"): [True], ("m", BESIDE_REDUCED): [True],
        ("p b", "between vowels"): [False],
    }  # fmt: skip
    long = [(p, s, e + 0.2) if p == "ʌ" else (p, s, e) for p, s, e in phones]
    assert ("m", BESIDE_REDUCED) not in hits_by_place([(long, values)])


def test_fast_movement_counts_above_8_hz() -> None:
    time = np.arange(100) / 100
    rest, slow, fast = (
        score(with_filler([], 0.3 + 0.2 * swing * np.sin(2 * np.pi * hertz * time))).above_8hz
        for swing, hertz in ((0, 1), (1, 4), (1, 15))
    )
    assert slow < rest < fast


def test_expected_opening_spreads_an_edge_over_60_ms() -> None:
    step = expected_opening([("sil", 0.0, 0.5), ("a", 0.5, 1.0)], 100)
    assert step[49:51].mean() == pytest.approx(0.5, abs=0.01)
    time, pulse = np.arange(99), np.diff(step)
    deviation = np.sqrt(np.average((time - np.average(time, weights=pulse)) ** 2, weights=pulse))
    assert 10 * deviation * 2.355 == pytest.approx(60, abs=2)  # ms; a Gaussian's width at half


def test_unlabelled_time_is_not_expected_shut() -> None:
    known = expected_opening([("a", 0.0, 0.4), ("t", 0.405, 0.5)], 100)
    assert np.isfinite(known[:48]).all()
    assert np.isnan(known[52:]).all()
    phones = [("a", 0.0, 0.4), ("k", 0.4, 0.5)]
    opening = np.nan_to_num(expected_opening(phones, 100))
    babbled = np.where(np.arange(100) < 50, opening, 0.7)
    assert (
        score(with_filler(phones, babbled)).correlation
        == score(with_filler(phones, opening)).correlation
    )


@pytest.mark.parametrize(
    ("spoken", "joined"),
    [
        ([("m", 0.0, 0.1), ("a", 0.1, 0.2), ("ɪ", 0.2, 0.3)], [("m", 0.0, 0.1), ("aɪ", 0.1, 0.3)]),
        ([("ɜ", 0.0, 0.1), ("ɹ", 0.1, 0.2)], [("ɜ", 0.0, 0.2)]),  # r-coloured, no consonant
        ([("a", 0.0, 0.1), ("ɪ", 0.15, 0.2)], None),  # a pause between
        ([("i", 0.0, 0.1), ("ɪ", 0.1, 0.2)], None),  # close to close
        ([("a", 0.0, 0.1), ("i", 0.1, 0.2)], None),  # a tense vowel of its own
    ],
)
def test_diphthong_is_one_vowel_as_high_as_its_nucleus(spoken, joined) -> None:
    assert whole_vowels(spoken) == (joined or spoken)
    assert (height("aɪ"), is_open("aʊ")) == (1.0, True)


def test_rounding_follows_arpabet() -> None:
    rounded = ["u", "oʊ", "w", "ɔ", "ɔɪ", "ɹ", "ʊ"]  # uw ow w ao oy r uh
    spread = ["i", "ɪ", "ɛ", "æ", "eɪ", "s", "z"]  # iy ih eh ae ey s z
    neither = ["aɪ", "aʊ", "ɑ", "t", "sil"]
    assert [is_rounded(p) for p in rounded + spread + neither] == [True] * 7 + [False] * 12
    assert [is_spread(p) for p in spread + rounded + neither] == [True] * 7 + [False] * 12
    assert not [phone for phone in PHONES if is_rounded(phone) and is_spread(phone)]


def test_speech_frames_leave_out_silence_and_unlabelled_time() -> None:
    speech = speech_frames([("sil", 0.0, 0.5), ("a", 0.5, 1.5), ("sil", 1.5, 2.0)], 250)
    assert np.flatnonzero(speech).tolist() == list(range(50, 150))
