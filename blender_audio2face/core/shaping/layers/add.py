"""What no sound tells, laid over shaped curves: brows, gaze, blinks and head."""

import numpy as np

from .....model.curves import Curves
from .....model.lip_seal import lip_opening
from .....model.sampling import SEALED
from ..settings import Dials
from .accents import find_accents
from .brows import RAISE, brow_track
from .eyes import blink_track, dart_tracks
from .head import HEAD_CHANNELS, head_track


def add_layers(
    shaped: Curves, heard: Curves, later: np.ndarray, dials: Dials, start: float
) -> None:
    """Adds them to ``shaped``.

    Args:
        shaped: [T, C or more]; changed. The head's columns, where there are any, are filled.
        heard: the network's, [T, C].
        later: the row of ``heard`` that each row shows, int [T].
        dials: the artist's.
        start: scene seconds of row 0.
    """
    rate, count = shaped.rate, len(shaped.values)
    opening = lip_opening(heard.names, heard.values)
    opening = None if opening is None else opening[later]
    if dials.brow_layer > 0.0 or dials.head_nod > 0.0:
        accents = find_accents(opening, count, rate)
    if dials.brow_layer > 0.0:
        raised = brow_track(accents, rate, start, dials.seed)
        for name, size in RAISE.items():
            _add(shaped, name, dials.brow_layer * size * raised, dials)
    if dials.eye_darts > 0.0:
        for name, track in dart_tracks(count, rate, start, dials.seed).items():
            _add(shaped, name, dials.eye_darts * track, dials)
    if dials.blinks:
        shut = np.zeros(count, bool) if opening is None else opening < SEALED
        lids = blink_track(shut, rate, start, dials.blink_rate, dials.seed)
        for name in ("eyeBlinkLeft", "eyeBlinkRight"):
            if name in shaped.names:
                column = shaped.column(name)
                full = min(dials.channels.get(name, 1.0), dials.limit)
                np.maximum(column, lids * np.float32(full), out=column)
    if dials.head_nod > 0.0:
        head = dials.head_nod * head_track(accents, rate, start, dials.seed)
        shaped.values[:, -len(HEAD_CHANNELS) :] = head


def _add(shaped: Curves, name: str, track: np.ndarray, dials: Dials) -> None:
    if name in shaped.names:
        strength = dials.overall * dials.upper_face * dials.channels.get(name, 1.0)
        column = shaped.column(name)
        np.minimum(column + track * np.float32(strength), dials.limit, out=column)
