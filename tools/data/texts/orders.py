"""Made-up orders to a coffee machine, from which a language model for such commands is counted."""

from __future__ import annotations

import random

_OPENINGS = (
    "can i have", "can i get", "could i have", "could i get", "can i please have", "may i have",
    "can you make me", "could you get me", "can you get me", "could you please make me",
    "i would like", "i'd like", "i want", "i'll have", "i'd like to order", "i'd like to have",
    "give me", "get me", "make me", "let me have", "please make", "please get me", "order",
    "can i order", "could i please get", "brew", "hi can i have", "i need", "hey can i get",
    "can you give me", "please give me", "i would like to have", "can i add", "could you make",
)  # fmt: skip
_SIZES = ("small", "medium", "large", "eight ounce", "twelve ounce", "sixteen ounce",
          "twenty ounce")  # fmt: skip
_ROASTS = ("light roast", "medium roast", "dark roast")
_SHOTS = ("single shot", "double shot", "triple shot")
_DRINKS = ("americano", "cappuccino", "coffee", "espresso", "latte", "mocha", "drip coffee",
           "house coffee")  # fmt: skip
_AMOUNTS = ("", "a little", "a little bit of", "a bit of", "a lot of", "lots of", "some",
            "a splash of", "plenty of", "extra", "light")  # fmt: skip
_EXTRAS = ("milk", "cream", "half and half", "almond milk", "oat milk", "soy milk", "skim milk",
           "whole milk", "two percent milk", "sugar", "brown sugar", "sweetener", "maple syrup",
           "honey", "vanilla", "two percent", "oat", "soy", "skim")  # fmt: skip


def random_order(rng: random.Random) -> str:
    """One order in lower-case words of CMUdict."""
    adjectives = [
        rng.choice(kind)
        for kind, chance in ((_SIZES, 0.6), (_ROASTS, 0.5), (_SHOTS, 0.4))
        if rng.random() < chance
    ]
    rng.shuffle(adjectives)
    said = [rng.choice(_OPENINGS)] if rng.random() < 0.85 else []
    said += [rng.choice(["a", "a", "a", "an", "one", "some", "the", "me a", ""])]
    said += [*adjectives, rng.choice(_DRINKS)]
    for i in range(rng.choice([0, 1, 1, 1, 2, 2])):
        said += ["and" if i else rng.choice(["with", "with", "with", "and", "add", "with"])]
        said += [rng.choice(_AMOUNTS), rng.choice(_EXTRAS)]
    if rng.random() < 0.2:
        said += [rng.choice(["please", "thanks", "thank you", "to go"])]
    return " ".join(part for part in said if part)
