"""Signed distances (negative inside) and what is built on them: ray casting and projection.

The primitives and the polynomial smooth minimum are the well-known ones (Inigo Quilez,
"distance functions" and "smooth minimum").
"""

from collections.abc import Callable

import numpy as np

Distance = Callable[[np.ndarray], np.ndarray]


def ellipsoid(p: np.ndarray, centre: tuple, radii: tuple) -> np.ndarray:
    """Return the (first-order) distance [N] of points [N, 3] to an ellipsoid."""
    q = p - np.asarray(centre)
    radii = np.asarray(radii, float)
    k0 = np.linalg.norm(q / radii, axis=-1)
    k1 = np.linalg.norm(q / radii**2, axis=-1)
    return k0 * (k0 - 1.0) / np.maximum(k1, 1e-9)


def capsule(p: np.ndarray, a: tuple, b: tuple, ra: float, rb: float) -> np.ndarray:
    """Return the distance [N] to a rod from `a` to `b` whose radius runs from `ra` to `rb`."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    h = np.clip((p - a) @ (b - a) / ((b - a) @ (b - a)), 0.0, 1.0)
    return np.linalg.norm(p - a - h[..., None] * (b - a), axis=-1) - (ra + h * (rb - ra))


def union(a: np.ndarray, b: np.ndarray, k: float) -> np.ndarray:
    """Return the union of two distances, blended over the length `k`."""
    h = np.maximum(k - np.abs(a - b), 0.0) / k
    return np.minimum(a, b) - h * h * k * 0.25


def subtract(a: np.ndarray, b: np.ndarray, k: float) -> np.ndarray:
    """Return `a` with `b` carved out, blended over the length `k`."""
    return -union(-a, b, k)


def cast(distance: Distance, origin: np.ndarray, direction: np.ndarray) -> np.ndarray:
    """Walk from inside along unit `direction` to the surface; return points [N, 3].

    `origin` and `direction` are [N, 3], or one of them [3] for all.
    """
    origin, direction = np.broadcast_arrays(origin, direction)
    t = np.zeros(len(direction))
    for _ in range(40):
        t -= distance(origin + t[:, None] * direction) * 0.9
    return origin + t[:, None] * direction


def normal(distance: Distance, p: np.ndarray) -> np.ndarray:
    """Return unit outward normals [N, 3] by differences."""
    here = distance(p)
    gradient = np.stack([distance(p + step) - here for step in 1e-5 * np.eye(3)], -1)
    return gradient / np.maximum(np.linalg.norm(gradient, axis=-1, keepdims=True), 1e-12)


def openness(distance: Distance, p: np.ndarray, reach: float) -> np.ndarray:
    """Return how open the surface at `p` lies, [N] in 0..1: 1 free or convex, less in hollows.

    The distance field along the normal grows more slowly than the way gone where something is
    near (the ambient occlusion of distance fields, as in Quilez, "rendering worlds").
    """
    out = normal(distance, p)
    steps = reach * np.array([0.25, 0.5, 0.75, 1.0])
    grown = [np.clip((distance(p + s * out) - distance(p)) / s, 0, 1) for s in steps]
    return np.mean(grown, axis=0)


def project(distance: Distance, p: np.ndarray) -> np.ndarray:
    """Return points [N, 3] moved along the normal to the surface."""
    return p - distance(p)[:, None] * normal(distance, p)
