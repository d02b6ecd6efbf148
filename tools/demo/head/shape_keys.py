"""All 52 shape keys in Apple's order."""

from __future__ import annotations

import numpy as np

from model.channels import ARKIT_52

from .keys_eyes import eye_keys
from .keys_face import face_keys
from .keys_jaw import jaw_keys
from .keys_mouth import mouth_keys
from .part import Part


def shape_key_offsets(part: Part) -> dict[str, np.ndarray]:
    """Return each key's offsets, float [N, 3], by its ARKit name."""
    keys = {**eye_keys(part), **jaw_keys(part), **mouth_keys(part), **face_keys(part)}
    return {name: keys[name] for name in ARKIT_52}
