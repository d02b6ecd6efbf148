"""What the fit to filmed lips (tools.teacher.fit) says of each phone, applied to its targets."""

import json
from functools import cache
from pathlib import Path

FITTED = Path(__file__).parent / "fitted_lips.json"
OPENERS = ("jaw", "lower", "upper")
SPREADERS = ("stretch", "smile")


def fitted_target(phone: str, articulator: str, target: float) -> float:
    """The target of one articulator, in 0..1, moved by the fit.

    Openers are multiplied by the phone's fitted opening over the table's. A wider mouth than the
    table's adds to the spreaders, a narrower one to the pucker.
    """
    opening, width = _moves().get(phone, (1.0, 0.0))
    if articulator in OPENERS:
        target *= opening
    elif articulator in SPREADERS:
        target += max(width, 0.0)
    elif articulator == "pucker":
        target += max(-width, 0.0)
    return min(max(target, 0.0), 1.0)


@cache
def _moves() -> dict[str, tuple[float, float]]:
    """Phone to (factor of the opening, change of the width)."""
    if not FITTED.is_file():
        return {}
    fitted = json.loads(FITTED.read_text(encoding="utf-8"))
    return {phone: tuple(moves) for phone, moves in fitted["phones"].items()}
