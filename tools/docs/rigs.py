"""Runs in Blender: the demo head as rigs of other makers, its movements mixed into their shapes."""

from __future__ import annotations

import bpy

OCULUS = {
    "viseme_sil": {},
    "viseme_PP": {"mouthClose": 0.1, "mouthPressLeft": 0.6, "mouthPressRight": 0.6},
    "viseme_FF": {"mouthRollLower": 0.8, "mouthUpperUpLeft": 0.3, "mouthUpperUpRight": 0.3},
    "viseme_TH": {"jawOpen": 0.2, "tongueOut": 0.5},
    "viseme_DD": {"jawOpen": 0.15, "mouthLowerDownLeft": 0.2, "mouthLowerDownRight": 0.2},
    "viseme_kk": {"jawOpen": 0.2, "mouthStretchLeft": 0.1, "mouthStretchRight": 0.1},
    "viseme_CH": {"jawOpen": 0.1, "mouthFunnel": 0.6},
    "viseme_SS": {"jawOpen": 0.05, "mouthStretchLeft": 0.4, "mouthStretchRight": 0.4},
    "viseme_nn": {"jawOpen": 0.15, "mouthLowerDownLeft": 0.15, "mouthLowerDownRight": 0.15},
    "viseme_RR": {"jawOpen": 0.15, "mouthFunnel": 0.4},
    "viseme_aa": {"jawOpen": 0.7, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3},
    "viseme_E": {"jawOpen": 0.35, "mouthStretchLeft": 0.4, "mouthStretchRight": 0.4},
    "viseme_I": {"jawOpen": 0.2, "mouthSmileLeft": 0.4, "mouthSmileRight": 0.4},
    "viseme_O": {"jawOpen": 0.45, "mouthFunnel": 0.7},
    "viseme_U": {"jawOpen": 0.15, "mouthPucker": 0.8},
}
VRM = {
    "aa": {"jawOpen": 0.8, "mouthLowerDownLeft": 0.3, "mouthLowerDownRight": 0.3},
    "ih": {"jawOpen": 0.2, "mouthStretchLeft": 0.5, "mouthStretchRight": 0.5},
    "ou": {"jawOpen": 0.15, "mouthPucker": 0.9},
    "ee": {"jawOpen": 0.3, "mouthSmileLeft": 0.5, "mouthSmileRight": 0.5},
    "oh": {"jawOpen": 0.5, "mouthFunnel": 0.8},
    "blink": {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0},
}


def spelled_otherwise(head: bpy.types.Object) -> None:
    """ARKit's names as other exporters write them: Jaw_Open, Mouth_Smile_L."""
    for block in head.data.shape_keys.key_blocks[1:]:
        name = "".join(f"_{letter}" if letter.isupper() else letter for letter in block.name)
        name = name[:1].upper() + name[1:]
        block.name = name.replace("_Left", "_L").replace("_Right", "_R")


def with_shapes(head: bpy.types.Object, shapes: dict[str, dict[str, float]]) -> None:
    """Replaces the head's shape keys by mixtures of them."""
    blocks = head.data.shape_keys.key_blocks
    own = [block.name for block in blocks[1:]]
    for name, mixture in shapes.items():
        for part in own:
            blocks[part].value = mixture.get(part, 0.0)
        head.shape_key_add(name=name, from_mix=True).value = 0.0
    for part in own:
        head.shape_key_remove(blocks[part])
