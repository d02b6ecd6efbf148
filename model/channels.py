"""The canonical output channels: Apple's 52 ARKit blend shape names.

Source: Apple developer documentation, ``ARFaceAnchor.BlendShapeLocation``.
"""

EYES = (
    "eyeBlinkLeft", "eyeLookDownLeft", "eyeLookInLeft", "eyeLookOutLeft", "eyeLookUpLeft",
    "eyeSquintLeft", "eyeWideLeft",
    "eyeBlinkRight", "eyeLookDownRight", "eyeLookInRight", "eyeLookOutRight", "eyeLookUpRight",
    "eyeSquintRight", "eyeWideRight",
)  # fmt: skip
JAW = ("jawForward", "jawLeft", "jawRight", "jawOpen")
MOUTH = (
    "mouthClose", "mouthFunnel", "mouthPucker", "mouthLeft", "mouthRight",
    "mouthSmileLeft", "mouthSmileRight", "mouthFrownLeft", "mouthFrownRight",
    "mouthDimpleLeft", "mouthDimpleRight", "mouthStretchLeft", "mouthStretchRight",
    "mouthRollLower", "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper",
    "mouthPressLeft", "mouthPressRight", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthUpperUpLeft", "mouthUpperUpRight",
)  # fmt: skip
BROWS = ("browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft", "browOuterUpRight")
CHEEKS_AND_NOSE = (
    "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
TONGUE = ("tongueOut",)

ARKIT_52: tuple[str, ...] = EYES + JAW + MOUTH + BROWS + CHEEKS_AND_NOSE + TONGUE

MOUTH_GROUP: tuple[str, ...] = JAW + MOUTH + ("cheekPuff",) + TONGUE
"""Channels that shape the mouth; they move together when a closure is kept between frames."""
