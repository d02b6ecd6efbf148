"""More or less movement about its local mean."""

from collections.abc import Sequence

import numpy as np

from .contacts import rows_to_edge, touching
from .regions import is_mouth
from .smoothing import gaussian, gaussian_reach

_MEAN_OVER = 0.25
_FLATTEST = 0.8
_RETURN = 0.06


def reach(rate: float, amount: float) -> int:
    """Rows to both sides that ``emphasise`` looks at."""
    return gaussian_reach(_MEAN_OVER * rate) if amount != 0.0 else 0


def emphasise(names: Sequence[str], rate: float, values: np.ndarray, amount: float) -> np.ndarray:
    """Channels float32 [T, C] whose departure from their mean over about half a second is made up
    to twice as large (``amount`` 1) or a fifth (-1).

    Within 60 ms of a touch of the lips the mouth comes back to what it was, so that touches are
    neither opened nor reached with a jump.
    """
    if amount == 0.0 or len(values) == 0:
        return values
    change = values - gaussian(values, _MEAN_OVER * rate)
    change *= np.float32(amount if amount > 0 else _FLATTEST * amount)
    touch = touching(names, values)
    distance = rows_to_edge(touch) / (_RETURN * rate)
    freedom = np.where(touch, 0.0, np.minimum(distance, 1.0))
    change[:, is_mouth(names)] *= freedom.astype(np.float32)[:, None]
    change += values
    return np.maximum(change, 0.0, out=change)
