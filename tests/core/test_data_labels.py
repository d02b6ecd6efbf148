"""From labels to phones on the time line: stress, silence, closures, Emo-DB's rule."""

import numpy as np
import pytest

from tools.data.closures import claim_closures
from tools.data.emodb import merge_labels
from tools.data.labels import cover, fill_silence, from_ends, to_phones
from tools.data.phones import Phone

RATE = 16000


def tone(seconds: float) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * 200 * np.arange(round(seconds * RATE)) / RATE)


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


def test_stress_goes_to_the_next_vowel():
    phones = to_phones([("ˈj", 0.0, 0.1), ("ɑu", 0.1, 0.3), ("ə", 0.3, 0.4)], "ipa")
    assert [(p.ipa, p.stress) for p in phones] == [("j", 0), ("ɑ", 1), ("u", 0), ("ə", 0)]
    assert phones[1].end == pytest.approx(0.21)


def test_shift_moves_labels_and_stays_in_the_audio():
    phones = to_phones([("M", 0.0, 0.1), ("AA", 0.1, 0.2)], "arpabet", shift=-0.02)
    times = [time for p in phones for time in (p.start, p.end)]
    assert times == pytest.approx([0.0, 0.08, 0.08, 0.18])


def test_neighbouring_silences_become_one():
    phones = to_phones([("SIL", 0.0, 0.1), ("SIL", 0.1, 0.2)], "arpabet")
    assert phones == [Phone("sil", 0.0, 0.2)]


def test_only_silent_gaps_become_silence():
    samples = np.concatenate([quiet(0.5), tone(0.5), tone(0.5)])
    filled = fill_silence([Phone("a", 0.5, 1.0)], samples, RATE)
    assert [p.ipa for p in filled] == ["sil", "a"]
    assert filled[0].end == pytest.approx(0.5, abs=0.011)


def test_rounding_gap_extends_the_phone_before():
    filled = fill_silence([Phone("a", 0.0, 0.5), Phone("m", 0.51, 1.0)], tone(1.0), RATE)
    assert filled == [Phone("a", 0.0, 0.51), Phone("m", 0.51, 1.0)]


def test_stop_gets_the_silence_before_its_burst():
    samples = np.concatenate([tone(0.2), quiet(0.08), tone(0.2)])
    labels = [("a", 0.0, 0.28), ("p", 0.28, 0.3), ("a", 0.3, 0.48)]
    claimed = claim_closures(labels, "ipa", samples, RATE)
    assert claimed[0][2] == claimed[1][1] == pytest.approx(0.2, abs=0.002)
    assert claimed[2] == labels[2]


def test_stop_after_a_pause_gets_its_last_70_ms():
    samples = np.concatenate([quiet(0.4), tone(0.2)])
    claimed = claim_closures([("", 0.0, 0.4), ("b", 0.4, 0.6)], "ipa", samples, RATE)
    assert claimed[1][1] == pytest.approx(0.33)


def silent_nowhere(start: float, end: float) -> bool:
    return False


def test_emodb_closure_release_and_aspiration_are_one_stop():
    labels = [("_t", 0.0, 0.1), ("!t", 0.1, 0.12), ("tasp", 0.12, 0.15), ("a", 0.15, 0.3),
              ("p", 0.3, 0.35), ("-sth", 0.35, 0.4), ("!p", 0.4, 0.42)]  # fmt: skip
    assert merge_labels(labels, silent_nowhere) == [
        ("t", 0.0, 0.15), ("a", 0.15, 0.3), ("p", 0.3, 0.42)
    ]  # fmt: skip


def test_emodb_remarks_continue_the_sound_before():
    labels = [("aI", 0.0, 0.1), ("-lar", 0.1, 0.2), ("+nas", 0.2, 0.25), ("I+nas", 0.25, 0.3)]
    assert merge_labels(labels, silent_nowhere) == [("aI", 0.0, 0.25), ("I", 0.25, 0.3)]


def test_emodb_release_of_another_voicing_belongs_to_the_same_stop():
    labels = [("d", 0.0, 0.05), ("-sth", 0.05, 0.1), ("!t", 0.1, 0.12), ("!k", 0.12, 0.2)]
    assert merge_labels(labels, silent_nowhere) == [("d", 0.0, 0.12), ("k", 0.12, 0.2)]


@pytest.mark.parametrize("silent", [True, False])
def test_emodb_pause_is_silence_only_where_it_is_silent(silent):
    labels = [("n", 0.0, 0.1), ("(gef", 0.1, 0.3), ("b", 0.3, 0.4)]
    merged = merge_labels(labels, lambda start, end: silent)
    assert [entry for entry, _, _ in merged] == (["n", "sil", "b"] if silent else ["n", "b"])


def test_ends_make_labels_without_gaps():
    assert from_ends([("h", 0.1), ("aj", 0.35)]) == [("h", 0.0, 0.1), ("aj", 0.1, 0.35)]


def test_phones_cover_the_sound_and_no_more():
    phones = [Phone("h", 0.01, 0.1), Phone("a", 0.1, 0.3), Phone("m", 0.6, 0.7)]
    assert cover(phones, 0.5) == [Phone("h", 0.0, 0.1), Phone("a", 0.1, 0.5)]
    assert cover(phones[2:], 0.5) == []
