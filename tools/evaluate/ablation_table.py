"""The paper's ablation: kinds of networks with their scores, sizes and speeds."""

from collections.abc import Sequence

from .articulation_tables import FIGURES, figures
from .held_out import HeldOut
from .speed import parameters, times_real_time
from .systems import Network
from .tables import Table


def ablation_table(sets: HeldOut, networks: Sequence[Network]) -> Table:
    """Each network on the unseen real speakers, its trained values, and times real time."""
    speeds = times_real_time({network.name: network.weights for network in networks})
    table = Table(
        "Ablation: kinds of networks, real speakers never trained on, clean",
        ("network", *FIGURES, "parameters", "MB", "× real time, NumPy", "× real time, torch CPU"),
        "Speeds measured in turns in this run, on as many threads as this process may use.",
    )
    utterances = sets.unseen()
    for network in networks:
        table.add(
            network.name,
            *figures(utterances, network),
            parameters(network.weights),
            round(network.weights.stat().st_size / 1e6, 1),
            _whole(speeds.get((network.name, "numpy"))),
            _whole(speeds.get((network.name, "torch"))),
        )
    return table


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)
