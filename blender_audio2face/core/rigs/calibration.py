"""Fits a mapping to its mesh: how far the jaw opens, and whether sealed lips touch or cross.

Shape keys add up, so that what a pose of the mouth does to the inner lips can be computed from the
points at rest and the offsets of the shape keys. The height between the lips is measured in columns
across the middle of the mouth, from the lowest point of the upper lip to the highest of the lower.
"""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Values
from dataclasses import dataclass, replace

import numpy as np

from ...errors import MappingError
from .geometry import FaceFrame, face_frame
from .mapping import Link, Mapping, drive, output_weights
from .preset import Preset, preset_with_id

FILM_OPENING = 0.33
"""Opening of the inner lips at the 95th percentile of speech, over the width of the mouth at rest.

Measured on film with MediaPipe's Face Landmarker: 0.24 and 0.43 for two speakers of the GRID corpus
(Cooke et al. 2006; 22,500 and 750 frames), 0.34 and 0.30 in weekly addresses of US presidents (720
and 2,824 frames); their mean.
"""

OPEN = {
    "jawOpen": 0.41, "mouthFunnel": 0.06, "mouthPucker": 0.08, "mouthSmileLeft": 0.04,
    "mouthSmileRight": 0.04, "mouthStretchLeft": 0.04, "mouthStretchRight": 0.04,
    "mouthLowerDownLeft": 0.18, "mouthLowerDownRight": 0.18, "mouthUpperUpLeft": 0.1,
    "mouthUpperUpRight": 0.1,
}  # fmt: skip
"""The bundled network's pose at the 95th percentile of its opening: a full *ah*."""

SEALED = {
    "jawOpen": 0.14, "mouthClose": 0.14, "mouthPressLeft": 0.23, "mouthPressRight": 0.23,
    "mouthRollLower": 0.11, "mouthRollUpper": 0.11, "mouthPucker": 0.05,
}  # fmt: skip
"""Its pose at p, b and m: the median over 60 sentences, after shaping."""

TOUCHING = 0.005
"""How far lips may cross, over the width of the mouth: a third of a millimetre on a person."""

_JAW = frozenset({"jawOpen"})
_CLOSE = frozenset({"mouthClose"})
_PRESS = frozenset({"mouthPressLeft", "mouthPressRight", "mouthRollLower", "mouthRollUpper"})
_LIPS = (
    "mouthPucker", "mouthFunnel", "mouthUpperUpLeft", "mouthUpperUpRight", "mouthLowerDownLeft",
    "mouthLowerDownRight",
)  # fmt: skip
_JAW_FACTORS, _CLOSE_FACTORS, _PRESS_FACTORS = (0.4, 2.0), (0.5, 1.6), (0.3, 1.0)
"""The range of each factor; that of closing is over the jaw's."""
_LEAST_RELEASE = 0.6
"""How much of the closing is left, at least, where pressing alone still crosses."""
_STEPS = 14
_USUAL_CORNER = 0.8
"""Of an eye's distance from the middle."""
_COLUMNS = (-0.25, 0.0, 0.25)
"""Where the lips are measured, over the width of the mouth from its middle."""


@dataclass(frozen=True)
class Calibration:
    """A mapping that fits its mesh, and what was measured.

    Attributes:
        mapping: with the multipliers changed.
        findings: a sentence each on the opening and on the contact, before and after.
    """

    mapping: Mapping
    findings: tuple[str, ...]


def calibrate(
    mapping: Mapping, names: Sequence[str], points: np.ndarray, offsets: np.ndarray
) -> Calibration:
    """Sets the multipliers of jaw, closing and pressing so that the mouth opens as on film and
    sealed lips touch.

    Args:
        mapping: links of the face; what it does now is what is corrected, so that a second
            calibration changes nothing more.
        names: K shape keys.
        points: [V, 3], the face at rest.
        offsets: [K, V, 3].

    Raises:
        MappingError: jaw and closing lips have no links of their own, or no lips are found.
    """
    preset = preset_with_id(mapping.preset_id) if mapping.preset_id is not None else None
    for group, what in ((_JAW, "the jaw (jawOpen)"), (_CLOSE, "lips that close (mouthClose)")):
        if not any(_moves(link, preset, group) for link in mapping.links):
            raise MappingError(
                f"The mapping has no shape key for {what}: link one first. Rigs of visemes need no "
                "calibration."
            )
    face = _Face(mapping, preset, names, points, offsets)
    if face.fits(mapping):
        opening = _share(face.opening(mapping, OPEN))
        return Calibration(
            mapping,
            (
                f"It fits: a full ah opens {opening} of the mouth's width, and at p, b, m the "
                "lips touch.",
            ),
        )
    jaw = _solve(
        lambda factor: face.opening(_scaled(mapping, preset, _JAW, factor), OPEN) - FILM_OPENING,
        *_JAW_FACTORS,
    )
    opened = _scaled(mapping, preset, _JAW, jaw)
    pair = {name: SEALED[name] for name in ("jawOpen", "mouthClose")}
    close = _solve(
        lambda factor: -face.contact(_scaled(opened, preset, _CLOSE, factor), pair),
        *(jaw * factor for factor in _CLOSE_FACTORS),
    )
    closed = _scaled(opened, preset, _CLOSE, close)
    press = _solve(
        lambda factor: -face.contact(_scaled(closed, preset, _PRESS, factor), SEALED) - TOUCHING,
        *_PRESS_FACTORS,
    )
    pressed = _scaled(closed, preset, _PRESS, press)
    if -face.contact(pressed, SEALED) > TOUCHING:
        rest = _solve(
            lambda factor: (
                -face.contact(_scaled(pressed, preset, _CLOSE, factor), SEALED) - TOUCHING
            ),
            _LEAST_RELEASE,
            1.0,
        )
        close *= rest
        pressed = _scaled(pressed, preset, _CLOSE, rest)
    return Calibration(
        pressed,
        (
            f"A full ah opened {_share(face.opening(mapping, OPEN))} of the mouth's width, now "
            f"{_share(face.opening(pressed, OPEN))} (on film {_share(FILM_OPENING)}): jaw \u00d7 "
            f"{jaw:.2f}.",
            f"At p, b, m the lips {_contact(face.contact(mapping, SEALED))}, now they "
            f"{_contact(face.contact(pressed, SEALED))}: closing \u00d7 {close:.2f}, pressing and "
            f"rolling \u00d7 {press:.2f}.",
        ),
    )


class _Face:
    """The mesh with a mapping's shape keys, and its lips."""

    def __init__(
        self,
        mapping: Mapping,
        preset: Preset | None,
        names: Sequence[str],
        points: np.ndarray,
        offsets: np.ndarray,
    ) -> None:
        frame = face_frame(points, offsets)
        if frame is None:
            raise MappingError("No lips are found on this face: its shape keys move too little.")
        self._preset = preset
        self._place = {name: place for place, name in enumerate(names)}
        turned = points @ frame.turn
        turned[:, 0] -= frame.middle
        near = (np.abs(turned[:, 0]) < 1.5 * frame.eye) & (
            np.abs(turned[:, 2] - frame.mouth) < 0.4 * frame.height
        )
        self._rest = turned[near]
        self._offsets = offsets[:, near] @ frame.turn
        self._find_lips(mapping, frame)
        self._gaps = self._heights(self._posed(mapping, {}))

    def opening(self, mapping: Mapping, pose: Values[str, float]) -> float:
        """The height between the lips in their middle, over the width of the mouth."""
        return float(self._heights(self._posed(mapping, pose))[self._middle]) / self._width

    def contact(self, mapping: Mapping, pose: Values[str, float]) -> float:
        """How far the lips are apart where they are nearest, over the width of the mouth; where
        they cross, negative. Lips that are closed at rest count as touching there."""
        closed = np.where(self._gaps < 0.03 * self._width, self._gaps, 0.0)
        return float((self._heights(self._posed(mapping, pose)) - closed).min()) / self._width

    def fits(self, mapping: Mapping) -> bool:
        """Whether the mouth opens as on film, and sealed lips touch."""
        opens = abs(self.opening(mapping, OPEN) - FILM_OPENING) < 0.01
        return opens and abs(self.contact(mapping, SEALED)) < 1.5 * TOUCHING

    def _find_lips(self, mapping: Mapping, frame: FaceFrame) -> None:
        """Lips are what pucker, funnel and lifts move; the lower one goes down with the jaw."""
        moved = np.zeros(len(self._rest), bool)
        for name in _LIPS:
            lengths = self._lengths(mapping, name)
            moved |= lengths > 0.3 * max(float(lengths.max(initial=0.0)), 1e-9)
        down = (self._rest - self._posed(mapping, {"jawOpen": 1.0}))[:, 2]
        middle = np.abs(self._rest[:, 0]) < 0.5 * frame.eye
        share = down / max(float(down[middle & moved].max(initial=0.0)), 1e-9)
        upper, lower = moved & (share < 0.4), moved & (share > 0.6)
        self._width = 2.0 * self._corner(moved, share, frame)
        self._columns = []
        for place in _COLUMNS:
            column = np.abs(self._rest[:, 0] - place * self._width) < 0.1 * self._width
            if (upper & column).any() and (lower & column).any():
                self._columns.append((upper & column, lower & column))
        self._middle = len(self._columns) // 2
        if not self._columns:
            raise MappingError(
                "No lips are found on this face: link pucker, funnel and the lips' lifts first."
            )
        used = np.any([upper | lower for upper, lower in self._columns], axis=0)
        self._rest, self._offsets = self._rest[used], self._offsets[:, used]
        self._columns = [(upper[used], lower[used]) for upper, lower in self._columns]

    def _corner(self, lips: np.ndarray, share: np.ndarray, frame: FaceFrame) -> float:
        """x of the corner of the mouth: the last place where points that touch at rest part as the
        jaw opens; where none touch, that of most faces, below the inner edge of the iris."""
        level = np.abs(self._rest[:, 2] - frame.mouth) < 0.12 * frame.height
        chosen = np.flatnonzero(lips & level & (np.abs(self._rest[:, 0]) < 1.2 * frame.eye))
        chosen = chosen[np.linspace(0, len(chosen) - 1, min(len(chosen), 2000)).astype(np.intp)]
        places, shares = self._rest[chosen], share[chosen]
        squares = (places**2).sum(1)
        distances = squares[:, None] + squares[None] - 2.0 * places @ places.T
        touching = distances < (0.04 * frame.height) ** 2
        one, _ = np.nonzero(touching & (shares[:, None] - shares[None] > 0.1))
        if not len(one):
            return _USUAL_CORNER * frame.eye
        return float(np.percentile(np.abs(places[one, 0]), 98))

    def _lengths(self, mapping: Mapping, channel: str) -> np.ndarray:
        """How far a channel at 1 moves each point, [V]."""
        return np.linalg.norm(self._posed(mapping, {channel: 1.0}) - self._rest, axis=1)

    def _heights(self, posed: np.ndarray) -> np.ndarray:
        """Height between the lips in each column; where they cross, negative."""
        return np.array(
            [posed[upper, 2].min() - posed[lower, 2].max() for upper, lower in self._columns]
        )

    def _posed(self, mapping: Mapping, pose: Values[str, float]) -> np.ndarray:
        """The points [V, 3] with the channels of a pose at their values, the others at 0."""
        links = [
            link
            for link in mapping.links
            if link.enabled and link.target.kind == "shape" and link.target.name in self._place
        ]
        channels = tuple(pose)
        values = np.array([[pose[name] for name in channels]], np.float32)
        made = drive(channels, values, self._preset, links)
        amounts = np.zeros(len(self._place), np.float32)
        for link, column in zip(links, made, strict=True):
            amounts[self._place[link.target.name]] += column[0] - link.target.rest
        used = np.flatnonzero(amounts)
        return self._rest + np.tensordot(amounts[used], self._offsets[used], axes=1)


def _moves(link: Link, preset: Preset | None, channels: frozenset[str]) -> bool:
    weights = output_weights(preset, link.output)
    return bool(link.target.name) and any(weights.get(name, 0.0) > 0.0 for name in channels)


def _scaled(
    mapping: Mapping, preset: Preset | None, channels: frozenset[str], factor: float
) -> Mapping:
    """The mapping with the multipliers of the links of some channels times a factor."""
    return replace(
        mapping,
        links=tuple(
            replace(link, multiplier=link.multiplier * factor)
            if _moves(link, preset, channels)
            else link
            for link in mapping.links
        ),
    )


def _solve(excess: Callable[[float], float], low: float, high: float) -> float:
    """The factor at which a rising function crosses 0, or the end that is nearer to it."""
    if excess(low) >= 0.0:
        return low
    if excess(high) <= 0.0:
        return high
    for _ in range(_STEPS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if excess(middle) < 0.0 else (low, middle)
    return (low + high) / 2.0


def _share(value: float) -> str:
    return f"{value:.0%}"


def _contact(value: float) -> str:
    if value < -TOUCHING:
        return f"cross by {-value:.1%} of the mouth's width"
    return "touch" if value < 2.0 * TOUCHING else f"stay {value:.1%} of the mouth's width apart"
