"""The recordings that are scored: none was in training, nor were most of their speakers."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from tools.data.cache import CacheError, Utterance, load

Item = TypeVar("Item")

ACTORS = "emodb_de"
HEADLINE = (ACTORS, "grid_s26", "an4_en")
"""Corpora of real speakers whose phones are labelled by hand or surely aligned."""

UNSEEN, SEEN, SYNTHETIC = (
    "real, speakers never trained on",
    "real, trained speaker's other sentences",
    "synthetic, voices never trained on",
)
_KINDS = (UNSEEN, SEEN, SYNTHETIC)
_SYNTHESIZERS = ("espeak_", "flite_", "festival_", "azure_")
_BABBLE = ("librispeech_en", "background_speech", "kerstin_de", "kathleen_en")


class HeldOut:
    """The held-out half of a cache."""

    def __init__(self, cache: Path, limit: int | None) -> None:
        """Reads the index of the cache; ``limit`` thins each corpus to so many utterances.

        Raises CacheError when there is no cache.
        """
        every = load(cache)
        self.names = {u.corpus for u in every}
        """Corpora of the cache, those that are wholly trained on among them."""
        self._all = [u for u in every if u.split == "test"]
        self._trained = {(u.corpus, u.speaker) for u in every if u.split == "train"}
        self._limit = limit

    def corpora(self) -> list[str]:
        """Names of the corpora whose held-out utterances have phones, by kind, headline first.

        A corpus whose recordings are all in an earlier corpus, such as a copy with filmed curves,
        is left out.
        """
        names = {u.corpus for u in self._all if u.phones}
        kept, known = [], set()
        order = sorted(names, key=lambda n: (_KINDS.index(self.kind(n)), n not in HEADLINE, n))
        for name in order:
            recordings = {(u.speaker, u.id) for u in self._of(name, True)}
            if not recordings <= known:
                kept.append(name)
            known |= recordings
        return kept

    def kind(self, corpus: str) -> str:
        """How new the speakers of a corpus's held-out half are to the network."""
        if corpus.startswith(_SYNTHESIZERS):
            return SYNTHETIC
        own = {(u.corpus, u.speaker) for u in self._of(corpus, False)}
        return SEEN if own & self._trained else UNSEEN

    def labelled(self, corpora: Iterable[str]) -> list[Utterance]:
        """Held-out utterances with phones, each corpus evenly thinned to the limit."""
        return [u for name in corpora for u in thinned(self._of(name, True), self._limit)]

    def unseen(self) -> list[Utterance]:
        """The headline set: real speakers never trained on, with sure labels.

        Raises CacheError when the cache holds none.
        """
        found = self.labelled(name for name in HEADLINE if self.kind(name) == UNSEEN)
        if not found:
            raise CacheError(
                f"The cache holds no test utterances of {', '.join(HEADLINE)}; "
                "make them with python -m tools.data."
            )
        return found

    def all_unseen(self) -> list[Utterance]:
        """Every labelled real speaker never trained on, whatever the labels come from."""
        return self.labelled(name for name in self.corpora() if self.kind(name) == UNSEEN)

    def actors(self) -> list[Utterance]:
        """All recordings of Emo-DB's held-out actors, unthinned: any two may be a pair."""
        return self._of(ACTORS, True)

    def captured(self, corpus: str) -> list[Utterance]:
        """Held-out utterances of a captured corpus, with or without phones."""
        return thinned(self._of(corpus, False), self._limit)

    def named(self, corpus: str, name: str) -> Utterance | None:
        """One held-out utterance by its id."""
        return next((u for u in self._of(corpus, False) if u.id == name), None)

    def babble(self) -> list[Utterance]:
        """Utterances of other speakers, for noise, of the first corpus that the cache has."""
        return next((found for name in _BABBLE if (found := self._of(name, False))), [])

    def _of(self, corpus: str, labelled: bool) -> list[Utterance]:
        return [u for u in self._all if u.corpus == corpus and (u.phones or not labelled)]


def thinned(items: Sequence[Item], limit: int | None) -> list[Item]:
    """At most ``limit`` of the items, evenly taken."""
    if limit is None or len(items) <= limit:
        return list(items)
    return [items[i * len(items) // limit] for i in range(limit)]
