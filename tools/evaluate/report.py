"""All tables in their order."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from .ablation_table import ablation_table
from .articulation_tables import (
    conditions_table,
    corpora_table,
    emotion_table,
    language_table,
    sex_table,
    systems_table,
)
from .capture_tables import capture_table
from .conditions import Condition
from .expression_tables import excitement_table, pitch_table
from .held_out import HeldOut
from .rest import rest_table
from .systems import Network
from .tables import Table


def tables(
    sets: HeldOut,
    networks: Sequence[Network],
    conditions: Mapping[str, Condition],
    capture: Path | None,
) -> Iterator[Table]:
    """Every table; the first network is the one that is looked at closely.

    Args:
        sets: the held-out recordings.
        networks: at least one.
        conditions: all listening conditions, clean among them.
        capture: folder of the captured corpora; None leaves their table out.
    """
    first = networks[0]
    yield systems_table(sets, networks)
    yield conditions_table(sets, first, conditions)
    yield sex_table(sets, first)
    yield emotion_table(sets, first)
    yield language_table(sets, first)
    yield corpora_table(sets, first)
    yield rest_table(sets, networks)
    if capture is not None:
        yield capture_table(sets, capture, networks)
    yield excitement_table(sets, networks)
    yield pitch_table(sets, networks, capture)
    yield ablation_table(sets, networks)
