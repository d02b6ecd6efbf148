"""All parts of the character, by the names of their objects."""

from __future__ import annotations

from .brows import brows
from .bust import bust
from .ears import ears
from .eyes import eyes
from .hair import hair
from .part import Part, join
from .skin import face_sheet
from .teeth import teeth
from .tongue import tongue


def head_part() -> Part:
    """Return all that the shape keys move, as one part, the face sheet first."""
    return join([face_sheet(), *eyes(), *teeth(), tongue(), *brows(), *ears()])


def character() -> dict[str, Part]:
    """Return the parts by object name: the head that the keys move, then what never deforms."""
    return {"Demo Head": head_part(), "Demo Hair": hair(), "Demo Sweater": join(bust())}
