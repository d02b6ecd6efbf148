"""Mouths in silence: parted in short pauses, relaxed slowly after speech, at rest in long silence.

The network shuts the mouth within a few frames wherever a voice ends, as it cannot know how long
the silence will be. With the whole of the curves at hand, filmed mouths can be followed. In films
of GRID and of addresses the lips stay parted by about two fifths of their range in pauses under
half a second, and fall in about 200 ms after a last vowel. Silence is known by its posture: while
lips touch for a sound, the network presses or rolls them.
"""

from collections.abc import Sequence

import numpy as np

from ....model.channels import MOUTH_GROUP
from ....model.lip_seal import LOWER, UPPER, lip_opening
from ....model.sampling import SEALED
from .lip_contact import rows_to_edge, touching

PARTED = 0.22
"""Opening of the lips in a pause at full strength, in shape-key units."""

_PARTED_BY = {"jawOpen": 0.75, **dict.fromkeys(LOWER, 0.6), **dict.fromkeys(UPPER, 0.4)}
"""How the channels share in the opening of a pause; their ``lip_opening`` is 1."""

_PAUSE, _REST = 0.38, 0.48
"""Seconds at rest up to which a silence is a pause, and from which it is not. The posture takes a
tenth of a second less than the silence that is heard."""

_RAMP = 0.1  # s
_AFTER_CONTACT = 0.12  # s
_SHORTEST = 0.05  # s at rest that end a stretch of speech
_SPEECH = 0.12
"""Opening that only speech has: a breath or a click may move the mouth by less."""

_FALL, _BEND = 0.115, 1.4
"""After a last vowel the opening falls as ``exp(-(t / _FALL) ** _BEND)``: fitted to films, .89 .68
.44 .26 .13 .06 of the vowel's in steps of 40 ms."""

_STEP, _STEEP = 0.04, 0.4
"""A fall is steep, and is relaxed, where less than this share is left after so many seconds."""

_LEVEL = 0.9  # of the opening from which it falls steeply, still at which the fall begins
_LEAST = 0.15  # opening from which on a fall is seen
_FALLEN = 0.45  # s
_BEFORE = 0.3  # s before a rest within which its last vowel lies
_RISE = 0.002  # from row to row; a fall rises by no more

_AT_REST = {
    "jawOpen": 0.05,
    "mouthClose": 0.03,
    "mouthPressLeft": 0.05,
    "mouthPressRight": 0.05,
    "mouthRollLower": 0.06,
    "mouthRollUpper": 0.06,
}
"""Most that each channel reaches in silence."""

CONTACTS = frozenset(
    ("mouthClose", "mouthPressLeft", "mouthPressRight", "mouthRollLower", "mouthRollUpper")
)
"""Channels that bring the lips together or to the teeth."""


def at_rest(names: Sequence[str], values: np.ndarray) -> np.ndarray:
    """Rows of channels [T, C] in the posture of silence, bool [T]."""
    opening = lip_opening(tuple(names), values)
    if opening is None:
        return np.zeros(len(values), bool)
    rest = opening < SEALED
    for name, most in _AT_REST.items():
        if name in names:
            rest &= values[:, names.index(name)] < most
    return rest


class Postures:
    """Curves whose pauses are parted and whose ends relax; computes only the rows asked for.

    Args:
        names: C channel names.
        values: the network's, [T, C]; not changed.
        rate: rows per second.
        pauses: 0 (as they are) to 1, how far lips stay parted in short pauses.
        ease: 0 to 1, how far ends are relaxed.
    """

    def __init__(
        self, names: tuple[str, ...], values: np.ndarray, rate: float, pauses: float, ease: float
    ) -> None:
        self._names, self._values = names, values
        self._active = False
        count = len(values)
        if (pauses <= 0.0 and ease <= 0.0) or count < 3:
            return
        opening = lip_opening(names, values)
        rest = at_rest(names, values)
        runs = _runs(rest, _SHORTEST * rate)
        if opening is None or not runs:
            return
        self._active = True
        self._parts = [(names.index(n), share) for n, share in _PARTED_BY.items() if n in names]
        self._relaxing = np.array([n in MOUTH_GROUP and n not in CONTACTS for n in names], bool)
        contact = touching(names, values) & ~rest
        near = np.where(contact, 0.0, rows_to_edge(contact) / (_AFTER_CONTACT * rate))
        self._free = _smoothstep(near)
        parted = pauses * PARTED
        between = _inside_speech(runs, contact | (opening >= _SPEECH))
        self._floor = _parted(opening, between, parted, rate) * parted * self._free
        self._source = np.arange(count)
        self._share = np.zeros(count, np.float32)
        if ease > 0.0:
            self._relax(opening, runs, contact, rate)
            self._share *= ease * self._free

    def rows(self, rows: np.ndarray) -> np.ndarray:
        """A new [N, C] of the rows with these numbers, int [N]."""
        values = self._values[rows]
        if not self._active:
            return values
        share = self._share[rows]
        if share.any():
            relaxed = self._values[self._source[rows]] * share[:, None]
            columns = self._relaxing
            values[:, columns] = np.maximum(values[:, columns], relaxed[:, columns])
        floor = self._floor[rows]
        opening = lip_opening(self._names, values) if floor.any() else None
        if opening is not None:
            missing = np.maximum(floor - opening, 0.0)
            for column, part in self._parts:
                values[:, column] += part * missing
        return values

    def _relax(
        self,
        opening: np.ndarray,
        runs: list[tuple[int, int]],
        contact: np.ndarray,
        rate: float,
    ) -> None:
        """Notes for the rows after each stretch of speech from which row they fall, and how far."""
        touched = np.flatnonzero(contact)
        before, length = round(_BEFORE * rate), round(_FALLEN * rate)
        course = np.exp(-((np.arange(length) / (_FALL * rate)) ** _BEND))
        step = round(_STEP * rate)
        for start, _ in runs:
            earliest = max(start - before, 0)
            since = np.searchsorted(touched, start) - 1
            if since >= 0:
                earliest = max(earliest, int(touched[since]) + 1)
            rising = np.flatnonzero(np.diff(opening[earliest : start + 1]) > _RISE)
            first = earliest + int(rising[-1]) + 1 if len(rising) else earliest
            fall = opening[first : start + step]
            here, later = fall[:-step], fall[step:]
            steep = np.flatnonzero((here >= _LEAST) & (later[: len(here)] < _STEEP * here))
            if not len(steep):
                continue
            last = first + int(np.flatnonzero(fall >= _LEVEL * fall[steep[0]])[-1])
            stop = min(last + length, len(opening))
            self._source[last + 1 : stop] = last
            self._share[last + 1 : stop] = course[1 : stop - last]


def _runs(rows: np.ndarray, least: float) -> list[tuple[int, int]]:
    """Runs [start, stop) of at least some rows."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], rows.astype(np.int8), [0]))))
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return [(start, stop) for start, stop in pairs if stop - start >= least]


def _inside_speech(runs: list[tuple[int, int]], speech: np.ndarray) -> list[tuple[int, int]]:
    """The runs of rest with speech on both sides, joined where there is none between them.

    Args:
        runs: ascending.
        speech: rows that are surely speech, bool [T].
    """
    spoken = np.concatenate(([0], np.cumsum(speech)))
    joined: list[tuple[int, int]] = []
    for start, stop in runs:
        if joined and spoken[joined[-1][1]] == spoken[start]:
            joined[-1] = (joined[-1][0], stop)
        else:
            joined.append((start, stop))
    return [run for run in joined if spoken[run[0]] > 0 and spoken[run[1]] < spoken[-1]]


def _parted(
    opening: np.ndarray, runs: list[tuple[int, int]], parted: float, rate: float
) -> np.ndarray:
    """How far the lips are parted in the pauses ``runs`` inside speech, [T] of 0..1.

    Lips that fall from or rise to an opening beyond ``parted`` beside a pause do not go below it.
    """
    count, reach = len(opening), round(_RAMP * rate)
    track = np.zeros(count)
    for start, stop in runs:
        size = np.clip((_REST - (stop - start) / rate) / (_REST - _PAUSE), 0.0, 1.0)
        if size == 0.0:
            continue
        first, last = max(start - 2 * reach, 0), min(stop + 2 * reach, count)
        left = start - _rows_to(opening[first:start][::-1], parted, reach)
        right = stop + _rows_to(opening[stop:last], parted, reach)
        rows = np.arange(first, last) + 0.5
        edge = np.minimum(rows - left, right - rows) / reach
        track[first:last] = np.maximum(track[first:last], size * _smoothstep(edge + 0.6))
    return track


def _rows_to(opening: np.ndarray, parted: float, reach: int) -> int:
    """Rows of an opening, read away from a pause, over which lips are kept parted: to where they
    are so by themselves, unless a narrower sound lies there; and ``reach`` more."""
    wide = np.flatnonzero(opening >= parted)
    if not len(wide):
        return 0
    before = opening[: wide[0]]
    narrow = wide[0] > reach and before.mean() < 0.5 * parted
    return 0 if narrow else int(wide[0]) + reach


def _smoothstep(share: np.ndarray) -> np.ndarray:
    """0 to 1 with level ends."""
    part = np.clip(share, 0.0, 1.0)
    return part * part * (3.0 - 2.0 * part)
