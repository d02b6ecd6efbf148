"""Chance that belongs to the scene's timeline: the same scene second always draws the same.

Two strips therefore never repeat each other's blinks, and trimming one changes no other.
"""

import zlib
from dataclasses import dataclass

import numpy as np

_CHUNK = 256


@dataclass(frozen=True)
class Events:
    """Chance events.

    Attributes:
        times: scene seconds, ascending float64 [K].
        draws: uniform 0..1 numbers of each event, float64 [K, D].
    """

    times: np.ndarray
    draws: np.ndarray


def events(
    seed: int, stream: str, mean: float, least: float, span: tuple[float, float], draws: int
) -> Events:
    """Events of the scene's timeline within a span.

    Intervals are ``least`` plus a log-normal time, as those between blinks and between fixations
    are: many short, some long.

    Args:
        seed: the artist's.
        stream: what the events are for; streams are independent.
        mean: mean interval in seconds, above ``least``.
        least: shortest interval in seconds.
        span: first and last scene second, either may be negative.
        draws: D.
    """
    first, last = span
    after, after_draws = _walk((seed, _number(stream), 0), mean, least, last, draws)
    before, before_draws = _walk((seed, _number(stream), 1), mean, least, -first, draws)
    times = np.concatenate([-before[::-1], after])
    uniform = np.concatenate([before_draws[::-1], after_draws])
    inside = (times >= first) & (times <= last)
    return Events(times[inside], uniform[inside])


def instant_draws(seed: int, stream: str, seconds: float, draws: int) -> np.ndarray:
    """Uniform 0..1 numbers [D] that belong to one scene instant, to the hundredth of a second."""
    hundredth = round(seconds * 100) & 0xFFFFFFFF
    return np.random.default_rng((seed, _number(stream), hundredth)).random(draws)


def drift(seed: int, stream: str, seconds: np.ndarray) -> np.ndarray:
    """A slow wander within -1..1 at scene seconds [T]: three sines that never quite repeat."""
    phases = np.random.default_rng((seed, _number(stream))).random(3)
    rates, sizes = (0.071, 0.173, 0.317), (0.45, 0.35, 0.2)
    waves = [
        size * np.sin(2 * np.pi * (rate * seconds + phase))
        for rate, size, phase in zip(rates, sizes, phases, strict=True)
    ]
    return np.sum(waves, axis=0)


def _number(stream: str) -> int:
    """A number of a stream's name; Python's own hash differs from run to run."""
    return zlib.crc32(stream.encode())


def _walk(
    key: tuple[int, ...], mean: float, least: float, until: float, draws: int
) -> tuple[np.ndarray, np.ndarray]:
    """Events from second 0 to ``until`` and beyond, none where that is negative; more of them never
    change the earlier ones."""
    generator = np.random.default_rng(key)
    spread = 0.6
    centre = np.log(mean - least) - 0.5 * spread**2
    times, uniform, now = [], [], 0.0
    while now <= until:
        steps = least + generator.lognormal(centre, spread, _CHUNK)
        times.append(now + np.cumsum(steps))
        uniform.append(generator.random((_CHUNK, draws)))
        now = times[-1][-1]
    if not times:
        return np.zeros(0), np.zeros((0, draws))
    return np.concatenate(times), np.concatenate(uniform)
