"""The recordings that are scored: none was in training, nor were most of their speakers."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from tools.data.cache import CacheError, Utterance, load

UNSEEN_ACTORS, UNSEEN_GRID = "emodb_de", "grid_s26"
UNSEEN_REAL = (UNSEEN_ACTORS, UNSEEN_GRID, "librispeech_en")
SEEN_REAL = ("kathleen_en", "grid_s1", "nathalie_nl", "kerstin_de")

_SYNTHESIZERS = ("espeak_", "flite_", "festival_")
_BABBLE = ("librispeech_en", "kerstin_de", "kathleen_en")


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
        self._limit = limit

    def corpora(self) -> list[str]:
        """Names of the corpora whose held-out utterances have phones: real unseen first.

        A corpus whose recordings are all in an earlier corpus, such as a copy with filmed curves,
        is left out.
        """
        names = {u.corpus for u in self._all if u.phones}
        ordered = [name for name in (*UNSEEN_REAL, *SEEN_REAL) if name in names]
        ordered += sorted(names.difference(ordered))
        kept, known = [], set()
        for name in ordered:
            recordings = {(u.speaker, u.id) for u in self._of(name, True)}
            if not recordings <= known:
                kept.append(name)
            known |= recordings
        return kept

    def labelled(self, corpora: Iterable[str]) -> list[Utterance]:
        """Held-out utterances with phones, each corpus evenly thinned to the limit."""
        return [u for name in corpora for u in thinned(self._of(name, True), self._limit)]

    def unseen(self) -> list[Utterance]:
        """Real speakers never trained on: Emo-DB's four actors and the second GRID speaker.

        Raises CacheError when the cache holds neither.
        """
        found = self.labelled((UNSEEN_ACTORS, UNSEEN_GRID))
        if not found:
            raise CacheError(
                f"The cache holds no test utterances of {UNSEEN_ACTORS} or {UNSEEN_GRID}; "
                "make them with python -m tools.data."
            )
        return found

    def actors(self) -> list[Utterance]:
        """All recordings of Emo-DB's held-out actors, unthinned: any two may be a pair."""
        return self._of(UNSEEN_ACTORS, True)

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


def thinned(utterances: Sequence[Utterance], limit: int | None) -> list[Utterance]:
    """At most ``limit`` utterances, evenly taken."""
    if limit is None or len(utterances) <= limit:
        return list(utterances)
    return [utterances[i * len(utterances) // limit] for i in range(limit)]


def kind(corpus: str) -> str:
    """How new the speakers of a corpus's held-out half are to the network."""
    if corpus in UNSEEN_REAL:
        return "real, speakers never trained on"
    if corpus.startswith(_SYNTHESIZERS):
        return "synthetic, voices never trained on"
    return "real, trained speaker's other sentences"
