"""Words and phones of the English corpora that come without labels, cached in a file a corpus.

It takes pocketsphinx a sixth to half of the recordings' length.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np

from .corpora import CORPORA, read_16k, read_index
from .grid import sentence
from .heard import Word, read_heard, to_line
from .sphinx import Aligner, Recogniser
from .texts.orders import random_order

_ORDERS = 5000

Listener = Callable[[np.ndarray, str], list[Word]]


def complete(root: Path, name: str, path: Path) -> None:
    """Add to `path` what is heard in the recordings of a corpus of `LISTENERS` not yet in it."""
    done = read_heard(path)
    rows = [row for row in read_index(root, name) if row["id"] not in done]
    if not rows:
        return
    listen = LISTENERS[name]()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for row in rows:
            samples = read_16k(root / CORPORA[name].folder / row["file"])
            file.write(to_line(row["id"], listen(samples, row["id"])))
            file.flush()


def _any_english() -> Listener:
    recogniser = Recogniser()
    return lambda samples, _: recogniser.words(samples)


def _coffee_orders() -> Listener:
    rng = random.Random(0)
    recogniser = Recogniser(random_order(rng) for _ in range(_ORDERS))
    return lambda samples, _: recogniser.words(samples)


def _grid_sentences() -> Listener:
    aligner = Aligner()
    return lambda samples, name: aligner.align(samples, sentence(name))


LISTENERS: dict[str, Callable[[], Listener]] = {
    "librispeech_en": _any_english,
    "picovoice_en": _coffee_orders,
    "grid_s26": _grid_sentences,
}
