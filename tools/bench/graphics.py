"""A GPU's speed beside what its card could do."""

from dataclasses import dataclass

from model.network_config import NetworkConfig

from .cards import CARDS, Card
from .figures import Figures
from .flops import dependent_steps, sound_flops


@dataclass(frozen=True)
class GpuSpeed:
    """The network on a GPU, features and all, on the longest clip.

    Attributes:
        card: its name.
        seconds: length of the clip.
        wall: seconds that it took.
        flops: operations of the network's matrix products on it.
        steps: steps that wait for one another.
        memory: bytes of the card's memory at the peak.
        tf32: whether the matrix units may round float32 to 10 bits.
    """

    card: str
    seconds: float
    wall: float
    flops: int
    steps: int
    memory: int
    tf32: bool

    @property
    def times_real_time(self) -> float:
        """Seconds of sound heard in a second."""
        return self.seconds / self.wall

    @property
    def rate(self) -> float:
        """Operations a second achieved."""
        return self.flops / self.wall

    @property
    def limit(self) -> Card | None:
        """What the card can do; None for an unknown one."""
        return CARDS.get(self.card)

    @property
    def share(self) -> float | None:
        """Achieved part of the card's limit in the arithmetic it was allowed."""
        if self.limit is None:
            return None
        return self.rate / (self.limit.tf32 if self.tf32 else self.limit.fp32)


def gpu_speed(figures: Figures, config: NetworkConfig) -> GpuSpeed | None:
    """Speed on the longest clip; None where no GPU was measured."""
    lengths = figures.lengths("cuda")
    if not lengths:
        return None
    seconds = lengths[-1]
    last = next(r for r in figures.rows if r.stage == "cuda" and r.seconds == seconds).values
    return GpuSpeed(
        card=str(last["card"]),
        seconds=seconds,
        wall=figures.median("cuda", seconds, "wall"),
        flops=sound_flops(config, seconds),
        steps=dependent_steps(config, seconds),
        memory=int(last["card_memory"]),
        tf32=bool(last["tf32"]),
    )
