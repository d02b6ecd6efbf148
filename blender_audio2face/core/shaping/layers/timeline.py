"""Random events and gestures on the scene's timeline.

The same scene second always gives the same draws. So two strips never repeat each other's blinks,
and trimming a strip does not change the rest.
"""

import zlib
from dataclasses import dataclass

import numpy as np

_CHUNK = 256


@dataclass(frozen=True)
class Events:
    """Random events.

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

    Intervals are ``least`` plus a log-normal time, like those between blinks or fixations: many
    are short, some are long.

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
    """Uniform 0..1 numbers [D] of a scene instant, the same within a hundredth of a second."""
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
    """A number for a stream's name; Python's own hash differs between runs."""
    return zlib.crc32(stream.encode())


def _walk(
    key: tuple[int, ...], mean: float, least: float, until: float, draws: int
) -> tuple[np.ndarray, np.ndarray]:
    """Events from second 0 to at least ``until``, none if that is negative; a later ``until`` never
    changes the earlier events."""
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


def bump(rate: float, rise: float, hold: float, fall: float) -> np.ndarray:
    """A gesture from 0 to 1 and back, float32 rows at ``rate``; times in seconds.

    Half cosines; the fall is fast at first and slow at its end, like lids and brows.
    """
    up, down = max(round(rise * rate), 1), max(round(fall * rate), 1)
    rising = 0.5 - 0.5 * np.cos(np.pi * np.arange(1, up + 1) / up)
    falling = 0.5 + 0.5 * np.cos(np.pi * (np.arange(1, down + 1) / down) ** 0.8)
    held = np.ones(max(round(hold * rate), 0))
    return np.concatenate([[0.0], rising, held, falling]).astype(np.float32)


def overlay(track: np.ndarray, row: int, shape: np.ndarray) -> None:
    """Puts a gesture into track [T] from ``row`` on, cut at the ends; the higher value wins."""
    first, last = max(row, 0), min(row + len(shape), len(track))
    if first < last:
        part = track[first:last]
        np.maximum(part, shape[first - row : last - row], out=part)
