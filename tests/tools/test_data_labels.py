"""From a corpus's symbols to phones on the time line: translation, silence, closures."""

import numpy as np
import pytest

from tools.data.corpora import merge_emodb_labels
from tools.data.espeak import claim_closures
from tools.data.labels import cover, fill_silence, to_phones
from tools.data.phones import (
    ARPABET,
    EMODB,
    FESTIVAL_CS,
    FESTIVAL_FI,
    FESTIVAL_IT,
    FLITE,
    IPA_SEQUENCES,
    PHONES,
    Phone,
    UnknownSymbolError,
    normalise,
)

RATE = 16000


def tone(seconds: float) -> np.ndarray:
    return 0.3 * np.sin(2 * np.pi * 200 * np.arange(round(seconds * RATE)) / RATE)


def quiet(seconds: float) -> np.ndarray:
    return np.zeros(round(seconds * RATE))


@pytest.mark.parametrize(
    "table", [ARPABET, EMODB, FESTIVAL_CS, FESTIVAL_FI, FESTIVAL_IT, FLITE, IPA_SEQUENCES]
)
def test_alphabet_leads_only_to_the_inventory(table):
    assert {phone for value in table.values() for phone in value.split()} <= set(PHONES)


@pytest.mark.parametrize(
    ("symbol", "alphabet", "phones"),
    [
        ("AY", "arpabet", [("a", 0.55), ("ɪ", 0.45)]),
        ("AH0", "arpabet", [("ʌ", 1.0)]),
        ("aI", "emodb", [("a", 0.55), ("ɪ", 0.45)]),
        ("œy", "ipa", [("œ", 0.55), ("y", 0.45)]),
        ("ˈtʲ", "ipa", [("t", 1.0)]),
        ("ɑː", "ipa", [("ɑ", 1.0)]),
        ("ɔ̃", "ipa", [("ɔ", 1.0)]),
        ("t͡ɕ", "ipa", [("tʃ", 1.0)]),
        ("ç", "ipa", [("ç", 1.0)]),
        ("kʰ", "ipa", [("k", 1.0)]),
        ("ɫ̩", "ipa", [("l", 1.0)]),
        ("DX", "flite", [("ɾ", 1.0)]),
        ("a1", "festival-it", [("a", 1.0)]),
        ("a:", "festival-cs", [("a", 1.0)]),
        ("a:", "festival-fi", [("ɑ", 1.0)]),
    ],
)
def test_symbol_becomes_phones_with_shares(symbol, alphabet, phones):
    assert normalise(symbol, alphabet) == phones


def test_unknown_symbol_or_alphabet_is_named():
    with pytest.raises(UnknownSymbolError, match=r"'QQ'.*arpabet"):
        normalise("QQ", "arpabet")
    with pytest.raises(ValueError, match="morse"):
        normalise("a", "morse")


@pytest.mark.parametrize(
    ("labels", "alphabet", "shift", "phones"),
    [
        ([("ˈj", 0.0, 0.1), ("ɑu", 0.1, 0.3)], "ipa", 0.0,
         [("j", 0.0, 0.1), ("ɑ", 0.1, 0.21), ("u", 0.21, 0.3)]),  # a diphthong shares its time
        ([("M", 0.0, 0.1), ("AA", 0.1, 0.2)], "arpabet", -0.02,
         [("m", 0.0, 0.08), ("ɑ", 0.08, 0.18)]),  # moved, but not before the audio
        ([("SIL", 0.0, 0.1), ("SIL", 0.1, 0.2)], "arpabet", 0.0, [("sil", 0.0, 0.2)]),
    ],
)  # fmt: skip
def test_labels_become_phones_on_the_time_line(labels, alphabet, shift, phones):
    found = to_phones(labels, alphabet, shift)
    assert [phone.ipa for phone in found] == [ipa for ipa, _, _ in phones]
    times = [time for _, *span in found for time in span]
    assert times == pytest.approx([time for _, *span in phones for time in span])


def test_gap_becomes_silence_only_where_it_is_silent():
    samples = np.concatenate([quiet(0.5), tone(1.0)])
    filled = fill_silence([Phone("a", 0.5, 0.8), Phone("m", 0.81, 1.0)], samples, RATE)
    assert [p.ipa for p in filled] == ["sil", "a", "m"]
    assert filled[0].end == pytest.approx(0.5, abs=0.011)
    assert filled[1].end == 0.81  # a gap of 10 ms comes from rounding


def test_cover_stretches_and_cuts_to_the_sound():
    phones = [Phone("h", 0.01, 0.1), Phone("a", 0.1, 0.3), Phone("m", 0.6, 0.7)]
    assert cover(phones, 0.5) == [Phone("h", 0.0, 0.1), Phone("a", 0.1, 0.5)]
    assert cover(phones[2:], 0.5) == []


def test_stop_claims_the_silence_before_its_burst():
    samples = np.concatenate([tone(0.2), quiet(0.08), tone(0.2)])
    labels = [("a", 0.0, 0.28), ("p", 0.28, 0.3), ("a", 0.3, 0.48)]
    claimed = claim_closures(labels, samples, RATE)
    assert claimed[0][2] == claimed[1][1] == pytest.approx(0.2, abs=0.002)
    assert claimed[2] == labels[2]


def test_stop_after_a_pause_claims_its_last_70_ms():
    samples = np.concatenate([quiet(0.4), tone(0.2)])
    claimed = claim_closures([("", 0.0, 0.4), ("b", 0.4, 0.6)], samples, RATE)
    assert claimed[1][1] == pytest.approx(0.33)


@pytest.mark.parametrize(
    ("labels", "merged"),
    [
        pytest.param(
            [("_t", 0.0, 0.1), ("!t", 0.1, 0.12), ("tasp", 0.12, 0.15), ("a", 0.15, 0.3),
             ("p", 0.3, 0.35), ("-sth", 0.35, 0.4), ("!p", 0.4, 0.42)],
            [("t", 0.0, 0.15), ("a", 0.15, 0.3), ("p", 0.3, 0.42)],
            id="closure, release and aspiration are one stop",
        ),
        pytest.param(
            [("aI", 0.0, 0.1), ("-lar", 0.1, 0.2), ("+nas", 0.2, 0.25), ("I+nas", 0.25, 0.3)],
            [("aI", 0.0, 0.25), ("I", 0.25, 0.3)],
            id="remarks continue the previous sound",
        ),
        pytest.param(
            [("d", 0.0, 0.05), ("-sth", 0.05, 0.1), ("!t", 0.1, 0.12), ("!k", 0.12, 0.2)],
            [("d", 0.0, 0.12), ("k", 0.12, 0.2)],
            id="a release of another voicing belongs to the same stop",
        ),
    ],
)  # fmt: skip
def test_emodb_entries_are_merged_to_sounds(labels, merged):
    assert merge_emodb_labels(labels, lambda start, end: False) == merged


@pytest.mark.parametrize("silent", [True, False])
def test_emodb_pause_is_silence_only_where_it_is_silent(silent):
    labels = [("n", 0.0, 0.1), ("(gef", 0.1, 0.3), ("b", 0.3, 0.4)]
    merged = merge_emodb_labels(labels, lambda start, end: silent)
    assert [entry for entry, _, _ in merged] == (["n", "sil", "b"] if silent else ["n", "b"])
