"""The closed phone inventory in IPA."""

SILENCE = "sil"
VOWELS: tuple[str, ...] = (
    "i", "y", "ɪ", "ʏ", "e", "ø", "ɛ", "œ", "ə", "ɜ", "ɐ", "a", "æ", "ɑ", "ɒ", "ɔ", "o", "ʊ", "u",
    "ʌ", "ɯ", "ɨ",
)  # fmt: skip
CONSONANTS: tuple[str, ...] = (
    "p", "b", "m", "f", "v", "w", "ʋ", "θ", "ð", "t", "d", "n", "s", "z", "l", "r", "ɹ", "ɾ", "ʃ",
    "ʒ", "tʃ", "dʒ", "ts", "dz", "ç", "j", "ɲ", "k", "ɡ", "ŋ", "x", "ɣ", "q", "ʁ", "h", "ʔ", "β",
    "ɸ",
)  # fmt: skip
PHONES: tuple[str, ...] = (SILENCE, *VOWELS, *CONSONANTS)
