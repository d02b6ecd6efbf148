"""How well labels fit the audio: python -m tools.data.timing CACHE [NAME…].

Two measures, both from the audio's level alone:

- the offset: the shift of the labels at which a level expected from the phones correlates best
  with the measured level. A constant offset belongs in the loader (`Corpus.shift`);
- the closure contrast: how far the level falls inside p b t d k g below the vowels around them,
  and the share of stops with a local minimum of the level inside the label.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from .cache import SAMPLE_RATE, Utterance, load
from .labels import LEVEL_HOP, level_curve
from .phones import SILENCE, Phone, is_vowel

# Typical levels in dB below a vowel's. A stop is silent at first and then bursts.
_LEVELS = {SILENCE: -40.0} | dict.fromkeys("mnɲŋlrɹɾjwʋʁ", -6.0)
_LEVELS |= dict.fromkeys("vzʒðɣβh", -12.0) | dict.fromkeys(["s", "ʃ", "ç", "x"], -12.0)
_LEVELS |= dict.fromkeys(["f", "θ", "ɸ"], -20.0)
_STOPS = {"p": -35.0, "t": -35.0, "k": -35.0, "q": -35.0, "ʔ": -15.0, "b": -20.0, "d": -20.0,
          "ɡ": -20.0, "tʃ": -35.0, "ts": -35.0, "dʒ": -20.0, "dz": -20.0}  # fmt: skip
_BURST_FROM = 0.6
_BURST = -15.0
_REACH = 0.12


@dataclass(frozen=True)
class Fit:
    """How labels fit the audio. Times in seconds; positive offset: the labels come too early."""

    offset: float
    correlation: float
    closure_depth: float
    closures_found: float
    stops: int


def expected_level(phones: Sequence[Phone], count: int) -> np.ndarray:
    """Expected level [count] in dB below a vowel's; NaN where no phone is known."""
    hop = LEVEL_HOP
    expected = np.full(count, np.nan)
    for phone in phones:
        a, b = round(phone.start / hop), round(phone.end / hop)
        if phone.ipa in _STOPS:
            burst = round((phone.start + _BURST_FROM * (phone.end - phone.start)) / hop)
            expected[a:burst], expected[burst:b] = _STOPS[phone.ipa], _BURST
        else:
            expected[a:b] = _LEVELS.get(phone.ipa, 0.0)
    return expected


def measure(utterances: Sequence[Utterance]) -> Fit:
    """Fit of all utterances together; those without phones are left out.

    Raises ValueError when none has phones.
    """
    pairs = []
    depths, found = [], []
    for utterance in utterances:
        if utterance.phones is None:
            continue
        level = level_curve(utterance.samples(), SAMPLE_RATE)
        level = np.maximum(level, np.percentile(level, 95) - 45.0)
        pairs.append((level, expected_level(utterance.phones, len(level))))
        for depth, has_minimum in _closures(utterance.phones, level):
            depths.append(depth)
            found.append(has_minimum)
    if not pairs:
        raise ValueError("None of the utterances has phones, so there is nothing to measure.")
    reach = round(_REACH / LEVEL_HOP)
    lags = np.arange(-reach, reach + 1)
    scores = np.array([_correlation(pairs, int(lag)) for lag in lags])
    best = int(scores.argmax())
    return Fit(
        offset=(best + peak_offset(scores, best) - reach) * LEVEL_HOP,
        correlation=float(scores[best]),
        closure_depth=float(np.median(depths)) if depths else float("nan"),
        closures_found=float(np.mean(found)) if found else float("nan"),
        stops=len(depths),
    )


def _correlation(pairs: Sequence[tuple[np.ndarray, np.ndarray]], lag: int) -> float:
    """Mean correlation over utterances of the level with the labels moved `lag` hops later."""
    scores = []
    for level, expected in pairs:
        size = len(level) - abs(lag)
        a = level[max(lag, 0) : max(lag, 0) + size]
        b = expected[max(-lag, 0) : max(-lag, 0) + size]
        known = ~np.isnan(b)
        if known.sum() > 20 and np.ptp(a[known]) > 0 and np.ptp(b[known]) > 0:
            scores.append(np.corrcoef(a[known], b[known])[0, 1])
    return float(np.mean(scores)) if scores else 0.0


def peak_offset(values: np.ndarray, peak: int) -> float:
    """Offset in steps of the top of a parabola through a peak and its neighbours."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    left, top, right = values[peak - 1 : peak + 2]
    bend = left - 2 * top + right
    return float(0.5 * (left - right) / bend) if np.isfinite(bend) and bend < 0 else 0.0


def _closures(phones: Sequence[Phone], level: np.ndarray) -> Iterator[tuple[float, bool]]:
    """Depth in dB, and whether a minimum lies inside, of each stop between two vowels."""
    hop = LEVEL_HOP
    for before, stop, after in zip(phones, phones[1:], phones[2:], strict=False):
        if stop.ipa not in ("p", "b", "t", "d", "k", "ɡ"):
            continue
        if not (is_vowel(before.ipa) and is_vowel(after.ipa)):
            continue
        a, b = round(stop.start / hop), round(stop.end / hop)
        around = level[round(before.start / hop) : round(after.end / hop)]
        if b - a < 2 or b > len(level):
            continue
        inside = level[a:b].min()
        yield np.percentile(around, 80) - inside, inside <= around.min() + 1.0


def main(argv: Sequence[str]) -> int:
    """Print a line for each corpus. Returns the exit status."""
    if not argv:
        print("usage: python -m tools.data.timing CACHE [NAME…]", file=sys.stderr)
        return 2
    labelled = [u for u in load(argv[0], argv[1:] or None) if u.phones]
    for corpus in dict.fromkeys(u.corpus for u in labelled):
        fit = measure([u for u in labelled if u.corpus == corpus])
        print(
            f"{corpus}: offset {1000 * fit.offset:+.1f} ms, correlation {fit.correlation:.3f}, "
            f"closures {fit.closure_depth:.1f} dB deep, "
            f"minimum inside {100 * fit.closures_found:.0f} % of {fit.stops}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
