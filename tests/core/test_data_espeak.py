"""Synthesis with espeak-ng, where it is installed."""

import ctypes.util
from itertools import pairwise

import numpy as np
import pytest

from tools.data.energy import level_curve
from tools.data.espeak import Espeak, EspeakError, Manner

pytestmark = pytest.mark.skipif(
    ctypes.util.find_library("espeak-ng") is None, reason="needs espeak-ng's library"
)


@pytest.fixture(scope="module")
def espeak() -> Espeak:
    return Espeak()


def test_phones_cover_the_audio_and_stops_hold_their_closure(espeak):
    samples, phones = espeak.speak("A happy puppet.", Manner("en-us"))
    assert phones[0].start == 0.0
    assert phones[-1].end == pytest.approx(len(samples) / 16000, abs=1e-3)
    assert all(a.end == pytest.approx(b.start) for a, b in pairwise(phones))
    assert {p.stress for p in phones if p.ipa == "æ"} == {1}
    level, hop = level_curve(samples, 16000)
    inner = [p for p in phones[1:] if p.ipa == "p"]
    assert len(inner) == 3
    for p in inner:
        inside = level[round(p.start / hop) : round(p.end / hop)]
        assert inside.min() < np.percentile(level, 95) - 40.0


def test_unknown_voice_is_named(espeak):
    with pytest.raises(EspeakError, match="xx-none"):
        espeak.speak("Hello.", Manner("xx-none"))
