"""One compact table of what a training is steered by, in under a minute of work."""

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path

from .articulation import FIGURES, LARGER_IS_BETTER, TO_REACH
from .articulation_tables import HARDEST_BUT_HELD, figures, losses
from .capture import CAPTURES, capture_score, face_of, filmed
from .held_out import HeldOut
from .motion import Motion, filmed_track, motion, track_of
from .networks import second_voice_table
from .systems import Network, System, teacher
from .tables import Cell, Table
from .voice import voice_of

LIMIT = 16
"""Utterances of a corpus in a quick look."""

_FILM_GOALS = {"lip aperture r": 0.76, "mouth width r": 0.56}
_WILD_GOALS = {"lip aperture r": 0.54, "mouth width r": 0.56}
_TEACHER = "teacher"


def quick_table(sets: HeldOut, capture: Path | None, networks: Sequence[Network]) -> Table:
    """A row for each figure, a column for each network and for the teacher with the labels.

    Args:
        sets: the held-out recordings, thinned.
        capture: folder of the captured corpora; None leaves films out.
        networks: at least one.
    """
    names = [network.name for network in networks]
    table = Table(
        "A quick look",
        ("set", "figure", "to reach", "film", *names, _TEACHER),
        f"At most {LIMIT} utterances of a corpus, unless --limit says otherwise.",
    )
    _add_articulation(table, sets, networks)
    second = [row[-1] for row in second_voice_table(sets, networks).rows]
    if second:
        table.add("second voice", "share of its opening, %", "≤15", None, *second, None)
    for corpus in CAPTURES if capture else ():
        _add_film(table, sets, capture, corpus, networks)
    return table


def _add_articulation(table: Table, sets: HeldOut, networks: Sequence[Network]) -> None:
    utterances = sets.unseen()
    clean = [figures(utterances, network) for network in networks]
    taught = figures(utterances, teacher)
    for figure, goal, *cells in zip(FIGURES, TO_REACH, *clean, taught, strict=True):
        table.add("headline", figure, goal, None, *cells)
    for condition in HARDEST_BUT_HELD:
        rows = [figures(utterances, network.under(condition)) for network in networks]
        lost = [losses(row, whole) for row, whole in zip(rows, clean, strict=True)]
        for index, figure in enumerate(FIGURES[:LARGER_IS_BETTER]):
            cells = [
                _with_loss(row[index], part[index]) for row, part in zip(rows, lost, strict=True)
            ]
            table.add(condition, figure, "−15 %", None, *cells, None)


def _with_loss(value: Cell, percent: Cell) -> Cell:
    return value if percent is None else f"{value:.2f} ({-percent:+d} %)"


def _add_film(
    table: Table, sets: HeldOut, folder: Path, corpus: str, networks: Sequence[Network]
) -> None:
    clips = filmed(sets, folder, corpus)
    if not clips:
        return
    voices = [voice_of(u.samples(), u.phones) for u, _ in clips]
    systems: dict[str, System] = {network.name: network for network in networks}
    if all(u.phones for u, _ in clips):
        systems[_TEACHER] = teacher
    seen = _named(
        motion([filmed_track(film, voice) for (_, film), voice in zip(clips, voices, strict=True)])
    )
    found: dict[str, Mapping[str, Cell]] = {}
    for name, system in systems.items():
        curves = [system(u) for u, _ in clips]
        tracks = [
            track_of(values, film, voice)
            for values, (_, film), voice in zip(curves, clips, voices, strict=True)
        ]
        score = capture_score(
            (face_of(film), values, u.phones)
            for values, (u, film) in zip(curves, clips, strict=True)
        )
        found[name] = {
            "lip aperture r": score.aperture, "lag, ms": round(score.aperture_lag_ms),
            "mouth width r": score.width, **_named(motion(tracks)),
        }  # fmt: skip
    goals = _FILM_GOALS if corpus.startswith("grid") else _WILD_GOALS
    columns = [network.name for network in networks] + [_TEACHER]
    for figure in found[networks[0].name]:
        cells = [found.get(name, {}).get(figure) for name in columns]
        table.add(corpus, figure, goals.get(figure), seen.get(figure), *cells)


def _named(found: Motion) -> dict[str, Cell]:
    return {
        "variance above 4 Hz": found.above_4hz,
        "openings a second": found.openings,
        "movement, ms": round(found.movement_ms),
        "jumps a second": found.jumps,
        "opening in pauses": found.pauses,
        "left against right smile": found.smile_asymmetry,
        "end of speech, steps of 40 ms": (
            " ".join(f"{step:.2f}" for step in found.end) if isfinite(found.end[0]) else None
        ),
    }
