"""Every target by its name."""

from . import actors, batches, commands, curves, records, rigs, sounds, weights, wire
from .target import Target

_ROOMS = (sounds, curves, weights, rigs, records, batches, commands, wire, actors)

TARGETS: dict[str, Target] = {target.name: target for room in _ROOMS for target in room.TARGETS}
