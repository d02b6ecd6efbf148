"""The phone inventory and the translations to it."""

import pytest

from tools.data.alphabets import (
    ARPABET,
    EMODB,
    FESTIVAL_CS,
    FESTIVAL_FI,
    FESTIVAL_IT,
    FLITE,
    IPA_SEQUENCES,
)
from tools.data.phones import PHONES, UnknownSymbolError, normalise, stress_of


@pytest.mark.parametrize(
    "table", [ARPABET, EMODB, FESTIVAL_CS, FESTIVAL_FI, FESTIVAL_IT, FLITE, IPA_SEQUENCES]
)
def test_tables_lead_only_to_the_inventory(table):
    assert {phone for value in table.values() for phone in value.split()} <= set(PHONES)


def test_inventory_holds_each_phone_once():
    assert len(set(PHONES)) == len(PHONES)


def test_diphthong_becomes_two_phones():
    assert normalise("AY", "arpabet") == [("a", 0.55), ("ɪ", 0.45)]
    assert normalise("aI", "emodb") == [("a", 0.55), ("ɪ", 0.45)]
    assert normalise("œy", "ipa") == [("œ", 0.55), ("y", 0.45)]


@pytest.mark.parametrize(
    ("symbol", "phone"),
    [("ˈtʲ", "t"), ("ɑː", "ɑ"), ("ɔ̃", "ɔ"), ("t͡ɕ", "tʃ"), ("ç", "ç"), ("kʰ", "k"), ("ɫ̩", "l")],
)
def test_marks_are_stripped(symbol, phone):
    assert normalise(symbol, "ipa") == [(phone, 1.0)]


def test_shares_add_up_to_one():
    for symbol in ("aɪə", "ɚ", "pf", "t͡ʃ", ""):
        assert sum(share for _, share in normalise(symbol, "espeak-ipa")) == pytest.approx(1.0)


def test_stress_digits_and_marks():
    assert normalise("AH0", "arpabet") == [("ʌ", 1.0)]
    assert [stress_of(s) for s in ("ˈa", "ˌa", "a")] == [1, 2, 0]


def test_unknown_symbol_is_named():
    with pytest.raises(UnknownSymbolError, match=r"'QQ'.*arpabet"):
        normalise("QQ", "arpabet")


def test_unknown_alphabet_is_named():
    with pytest.raises(ValueError, match="morse"):
        normalise("a", "morse")
