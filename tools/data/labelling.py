"""Phones for the corpora whose index has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from .align import AlignmentError
from .corpora import POCKETSPHINX_SHIFT, Labeller, Row
from .espeak import Espeak
from .forced import forced_phones, german_sounds
from .heard import read_heard, sure_labels
from .labels import to_phones
from .phones import Phone

HEARD: tuple[str, ...] = ("librispeech_en", "picovoice_en", "grid_s26")
ALIGNED: tuple[str, ...] = ("kerstin_de",)


def labeller(root: Path, name: str, heard: Path, posteriors: Path | None) -> Labeller | None:
    """What labels the recordings of a corpus, or None where the index does or nothing can.

    English comes from pocketsphinx, kept in the folder `heard`. German with a transcript is aligned
    with the network's posteriors in the folder `posteriors`; without one it stays unlabelled.
    """
    if name in HEARD:
        return _from_heard(root, name, heard / f"{name}.jsonl")
    if name in ALIGNED and posteriors is not None:
        return _from_posteriors(posteriors / f"{name}.npz")
    return None


def _from_heard(root: Path, name: str, file: Path) -> Labeller:
    # pocketsphinx is needed only here.
    from .recognise import complete

    complete(root, name, file)
    words = read_heard(file)

    def label(row: Row) -> list[Phone] | None:
        labels = sure_labels(words[str(row["id"])])
        return to_phones(labels, "arpabet", POCKETSPHINX_SHIFT)

    return label


def _from_posteriors(file: Path) -> Labeller:
    stored = np.load(file, allow_pickle=False)
    espeak = Espeak()

    def label(row: Row) -> list[Phone] | None:
        words = [german_sounds(word) for word in espeak.transcribe(str(row["text"]), "de")]
        try:
            return forced_phones(words, stored[str(row["id"])])
        except AlignmentError:
            return None  # a recording too short for its transcript

    return label
