"""Guesses what each shape key does from the points that it moves, whatever its name.

A face has a mouth below two eyes. In that frame a movement is described by the mean offsets around
some forty *sites* of the face: the lips, the corners, the lids, the brows, the chin. The movements
that ARKit names are described so in `movements.json`, which `tools/demo/movements` writes, and a
shape key is the movement whose description points the same way (cosine) with a similar size. Where
the mouth and the eyes are is not known beforehand: it is where the shape keys fit best.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("movements.json")
STEP = 1e-3
"""Offsets in the file are whole multiples of this share of the height from mouth to eyes."""

ENOUGH = 0.5
"""The least score of a guess."""

_FEW, _ENOUGH_OF_FEW = 12, 0.8
"""Of fewer guesses, which may be a rig of whole mouths, only those that are sure count."""

_POINTS_TO_PLACE, _POINTS_TO_SCORE = 1200, 4000
_DEPTH = 0.35
"""How far behind the skin at a site points still count, over the height from mouth to eyes."""
_SIZE_PENALTY = 0.12
"""Taken from the cosine for each doubling or halving beyond the first."""
_ONE_SIDED, _BOTH_SIDES = 0.65, 0.85
"""The least share of its movement that a shape key of one side has on that side, and the most that
one of the middle has."""
_CLEAR = 0.65
"""The mean cosine from which a frame is beyond doubt: two rigs have 0.79 and 0.88, lying on their
backs at most 0.56."""
_Y_UP = np.array(((1, 0, 0), (0, 0, 1), (0, -1, 0)), np.float32)
"""``points @ _Y_UP`` has Z up where Y was."""
_MOVED = 0.05
"""The share of a shape key's largest offset from which a point counts as moved."""
_GAZE = (("eyeLookOutLeft", "eyeLookInRight"), ("eyeLookInLeft", "eyeLookOutRight"))
"""Pairs that one shape key may move together, besides each movement's left and right."""


@dataclass(frozen=True)
class Guess:
    """A shape key that moves as channels do.

    Attributes:
        outputs: the ARKit channel, or the two that the shape key moves at once.
        shape: which shape key, from 0.
        score: 0..1, how sure: cosine of the movements, less a penalty for another size.
    """

    outputs: tuple[str, ...]
    shape: int
    score: float


@dataclass(frozen=True)
class FaceFrame:
    """Where a face is in its points.

    Attributes:
        turn: float32 [3, 3]; ``points @ turn`` looks along -Y with its left at +X and up at +Z.
        middle: x of the middle, after the turn.
        mouth: z of the slit of the mouth.
        eyes: z of the middle of the eyes.
        eye: x of an eye from the middle.
    """

    turn: np.ndarray
    middle: float
    mouth: float
    eyes: float
    eye: float

    @property
    def height(self) -> float:
        """From the mouth to the eyes."""
        return self.eyes - self.mouth


@dataclass(frozen=True)
class _Movement:
    """Descriptions of one movement, each of unit length, and their lengths."""

    outputs: tuple[str, ...]
    side: int
    directions: np.ndarray
    sizes: np.ndarray


def guess(points: np.ndarray, offsets: np.ndarray) -> tuple[Guess, ...]:
    """What the shape keys of a face do.

    Args:
        points: [V, 3], the face at rest, Z or Y up.
        offsets: [K, V, 3], what each of K shape keys adds.

    Returns:
        For the channels that a shape key fits with a score of ENOUGH, the best first; each channel
        and each shape key at most once.
    """
    frame = face_frame(points, offsets)
    if frame is None:
        return ()
    seen = _seen(points, offsets, _POINTS_TO_SCORE)
    turned, moves = points[seen] @ frame.turn, offsets[:, seen] @ frame.turn
    turned[:, 0] -= frame.middle
    found = describe(turned, moves, frame.mouth, frame.eyes, frame.eye)
    shares = _left_shares(turned, moves)
    movements = _movements()
    single = [movement for movement in movements if len(movement.outputs) == 1]
    done = {output for each in _assigned(single, found, shares) for output in each.outputs}
    both = [
        movement
        for movement in movements
        if len(movement.outputs) == 2 and not done.intersection(movement.outputs)
    ]
    made = _assigned(single + both, found, shares) if both else _assigned(single, found, shares)
    alone = {output for each in made if len(each.outputs) == 1 for output in each.outputs}
    made = [each for each in made if len(each.outputs) == 1 or not alone.intersection(each.outputs)]
    if len(made) < _FEW:
        made = [each for each in made if each.score >= _ENOUGH_OF_FEW]
    return tuple(sorted(made, key=lambda each: -each.score))


def face_frame(points: np.ndarray, offsets: np.ndarray) -> FaceFrame | None:
    """Where the face is that the shape keys move; None where they are too few to tell.

    Where they fit badly with Z up, Y is tried, as other programs have it.

    Args:
        points: [V, 3].
        offsets: [K, V, 3].
    """
    placed = _placed(points, offsets)
    if placed is None or placed[1] > _CLEAR:
        return placed[0] if placed is not None else None
    other = _placed(points @ _Y_UP, offsets @ _Y_UP)
    if other is None or other[1] < placed[1]:
        return placed[0]
    return replace(other[0], turn=_Y_UP @ other[0].turn)


def _placed(points: np.ndarray, offsets: np.ndarray) -> tuple[FaceFrame, float] | None:
    """The frame with Z up, and the mean of the movements' best cosines in it."""
    seen = _seen(points, offsets, _POINTS_TO_PLACE)
    if len(seen) < 3:
        return None
    turn = _turn(points, points[seen], offsets[:, seen])
    turned, moves = points[seen] @ turn, offsets[:, seen] @ turn
    middle = float(turned[:, 0].min() + turned[:, 0].max()) / 2.0
    turned[:, 0] -= middle
    weights = (moves**2).sum(2)
    weights = weights[weights.sum(1) > 0.0]
    centres = weights @ turned / weights.sum(1, keepdims=True)
    beside = np.abs(centres[:, 0])
    beside = beside[beside > 0.3 * max(float(beside.max()), 1e-9)]
    beside = beside if len(beside) > 1 else np.abs(turned[:, 0])
    known = np.concatenate([movement.directions for movement in _movements()])

    def fit(mouth: float, eyes: float, eye: float) -> float:
        if eyes - mouth < 1e-6 or eye < 1e-6:
            return -1.0
        unit, _ = _unit(describe(turned, moves, mouth, eyes, eye))
        return float((known @ unit.T).max(1).sum())

    best = max(
        (fit(*place), *place)
        for place in product(
            np.quantile(centres[:, 2], np.linspace(0.05, 0.7, 6)),
            np.quantile(centres[:, 2], np.linspace(0.5, 1.0, 6)),
            np.quantile(beside, (0.3, 0.5, 0.7, 0.9)),
        )
    )
    if best[0] <= 0.0:
        return None
    step = 0.15
    while step > 0.015:
        mouth, eyes, eye = best[1:]
        up = step * (eyes - mouth)
        better = max(
            (fit(*place), *place)
            for place in (
                (mouth + up, eyes, eye),
                (mouth - up, eyes, eye),
                (mouth, eyes + up, eye),
                (mouth, eyes - up, eye),
                (mouth, eyes, eye * (1.0 + step)),
                (mouth, eyes, eye * (1.0 - step)),
            )
        )
        if better[0] > best[0] + 1e-4:
            best = better
        else:
            step /= 2.0
    return FaceFrame(turn, middle, *map(float, best[1:])), best[0] / len(known)


def describe(
    points: np.ndarray, offsets: np.ndarray, mouth: float, eyes: float, eye: float
) -> np.ndarray:
    """The mean offsets around each site, over the height from mouth to eyes.

    Args:
        points: [V, 3] of a face that looks along -Y, its middle at x = 0.
        offsets: [K, V, 3].
        mouth, eyes: their z.
        eye: x of the left eye.

    Returns:
        float32 [K, S, 3]. A site's weight falls with the distance as a Gaussian, and with the depth
        behind the skin there, so that the mouth's inside and the skull count little.
    """
    height = eyes - mouth
    sites = _sites()
    across = (points[None, :, 0] / eye - sites[:, :1]) * (eye / height)
    up = (points[None, :, 2] - mouth) / height - sites[:, 1:2]
    weights = np.exp(-0.5 * (across**2 + up**2) / sites[:, 2:] ** 2)
    skin = np.where(weights > 0.3, points[None, :, 1], np.inf).min(1, keepdims=True)
    depth = points[None, :, 1] - np.where(np.isfinite(skin), skin, 0.0)
    weights *= np.exp(-0.5 * (depth / (_DEPTH * height)) ** 2)
    weights /= weights.sum(1, keepdims=True) + 1e-3
    flat = offsets.transpose(1, 0, 2).reshape(len(points), -1)
    means = (weights.astype(np.float32) @ flat).reshape(len(sites), len(offsets), 3)
    return means.transpose(1, 0, 2) / np.float32(height)


def mirrored(description: np.ndarray) -> np.ndarray:
    """The description [..., S, 3] of the same movement on the other side."""
    sites = _sites()
    other = [int(np.abs(sites - site * (-1.0, 1.0, 1.0)).sum(1).argmin()) for site in sites]
    return description[..., other, :] * np.array((-1.0, 1.0, 1.0), np.float32)


@cache
def _file() -> dict:
    return json.loads(FILE.read_text("utf-8"))


@cache
def _sites() -> np.ndarray:
    """float32 [S, 3]: across in eyes from the middle, up in heights from the mouth, width."""
    return np.array(_file()["sites"], np.float32)


@cache
def _movements() -> tuple[_Movement, ...]:
    """Each side's, those of the middle, and both sides' at once."""
    made: list[_Movement] = []
    stored: Mapping[str, list] = _file()["movements"]
    for name, variants in stored.items():
        shape = (len(variants), len(_sites()), 3)
        left = np.array(variants, np.float32).reshape(shape) * np.float32(STEP)
        if not name.endswith("Left"):
            made.append(_movement((name,), 0, left))
            continue
        names, right = (name, name.removesuffix("Left") + "Right"), mirrored(left)
        middle = name in ("jawLeft", "mouthLeft")  # to the left, not on the left
        made += [
            _movement((each,), 0 if middle else side, description)
            for each, side, description in zip(names, (1, -1), (left, right), strict=True)
        ]
        if not middle and name not in ("eyeLookInLeft", "eyeLookOutLeft"):
            made.append(_movement(names, 0, left + right))
    alone = {movement.outputs[0]: movement for movement in made if movement.side}
    for pair in _GAZE:
        both = sum(alone[name].directions[:1] * alone[name].sizes[:1, None] for name in pair)
        made.append(_movement(pair, 0, both.reshape(1, -1, 3)))
    return tuple(made)


def _movement(outputs: tuple[str, ...], side: int, descriptions: np.ndarray) -> _Movement:
    return _Movement(outputs, side, *_unit(descriptions))


def _unit(descriptions: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Descriptions [N, S, 3] as rows [N, 3 S] of unit length, and their lengths [N]."""
    flat = descriptions.reshape(len(descriptions), -1)
    lengths = np.linalg.norm(flat, axis=1)
    return flat / np.maximum(lengths, 1e-9)[:, None], lengths


def _seen(points: np.ndarray, offsets: np.ndarray, most: int) -> np.ndarray:
    """Indices of at most so many points that any shape key moves, evenly chosen."""
    if not len(points) or not len(offsets):
        return np.zeros(0, np.intp)
    lengths = np.linalg.norm(offsets, axis=2)
    largest = lengths.max(1)
    moving = largest > 1e-5 * max(float(np.ptp(points, axis=0).max()), 1e-9)
    if not moving.any():
        return np.zeros(0, np.intp)
    seen = np.flatnonzero((lengths[moving] > _MOVED * largest[moving, None]).any(0))
    if len(seen) > most:
        seen = seen[np.linspace(0, len(seen) - 1, most).astype(np.intp)]
    return seen


def _turn(points: np.ndarray, seen: np.ndarray, moves: np.ndarray) -> np.ndarray:
    """The rotation about Z after which the face looks along -Y.

    What moves lies at the front of a head: the axis nearest to the direction from the middle of
    the points at its height to it.
    """
    lengths = np.linalg.norm(moves, axis=2)
    shares = (lengths / np.maximum(lengths.max(1, keepdims=True), 1e-9)).sum(0)
    front = shares @ seen / shares.sum()
    low, high = seen.min(0), seen.max(0)
    beside = np.abs(points - front).max(1) < 2.0 * float((high - low).max())
    head = points[beside & (points[:, 2] >= low[2]) & (points[:, 2] <= high[2])]
    x, y = (front - (head.min(0) + head.max(0)) / 2.0)[:2]
    if max(abs(x), abs(y)) < 0.02 * float((high - low).max()):
        x, y = 0.0, -1.0
    right = {  # where it looks → rows: images of X, Y and Z
        (0, -1): ((1, 0, 0), (0, 1, 0)),
        (0, 1): ((-1, 0, 0), (0, -1, 0)),
        (1, 0): ((0, -1, 0), (1, 0, 0)),
        (-1, 0): ((0, 1, 0), (-1, 0, 0)),
    }
    axis = (int(np.sign(x)), 0) if abs(x) > abs(y) else (0, int(np.sign(y)))
    return np.array((*right[axis], (0, 0, 1)), np.float32)


def _left_shares(points: np.ndarray, offsets: np.ndarray) -> np.ndarray:
    """[K]: how much of a shape key's movement is on the left; 0.5 where it moves nothing."""
    energy = (offsets**2).sum(2)
    total = energy.sum(1)
    left = energy[:, points[:, 0] > 0.0].sum(1)
    return np.where(total > 0.0, left / np.maximum(total, 1e-20), 0.5)


def _assigned(
    movements: Sequence[_Movement], found: np.ndarray, left_shares: np.ndarray
) -> list[Guess]:
    """Shape keys for movements of their side, each at most one, of nearly the best total score."""
    if not movements:
        return []
    unit, sizes = _unit(found)
    allowed = {
        1: left_shares > _ONE_SIDED,
        -1: left_shares < 1.0 - _ONE_SIDED,
        0: np.abs(left_shares - 0.5) < _BOTH_SIDES - 0.5,
    }
    scores = np.full((len(movements), len(found)), -1.0)
    for row, movement in enumerate(movements):
        cosines = movement.directions @ unit.T
        doublings = np.abs(np.log2(np.maximum(sizes, 1e-6) / movement.sizes[:, None]))
        each = cosines - _SIZE_PENALTY * np.clip(doublings - 1.0, 0.0, 3.0)
        scores[row] = np.where(allowed[movement.side] & (sizes > 0.0), each.max(0), -1.0)
    chosen: dict[int, int] = {}
    for place in np.argsort(-scores, axis=None):
        row, shape = (int(each) for each in np.unravel_index(place, scores.shape))
        if scores[row, shape] < ENOUGH:
            break
        if row not in chosen and shape not in chosen.values():
            chosen[row] = shape
    _swap(chosen, scores)
    return [
        Guess(movements[row].outputs, shape, float(min(scores[row, shape], 1.0)))
        for row, shape in chosen.items()
        if scores[row, shape] >= ENOUGH
    ]


def _swap(chosen: dict[int, int], scores: np.ndarray) -> None:
    """Exchanges the shape keys of two movements while that raises the total."""
    changed = True
    while changed:
        changed = False
        for one, other in product(chosen, chosen):
            first, second = chosen[one], chosen[other]
            gain = scores[one, second] + scores[other, first]
            if gain > scores[one, first] + scores[other, second] + 1e-6:
                chosen[one], chosen[other] = second, first
                changed = True
