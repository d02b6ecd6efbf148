"""Tables of networks by themselves: sounds that are no speech of the near voice, size and speed,
and look-ahead."""

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.signal import butter, sosfilt

from model.channels import ARKIT_52
from model.lip_seal import lip_opening
from model.numpy_network import NumpyRuntime
from model.runtime import choose_runtime
from model.streaming import delay
from model.weights_file import load_weights
from tools.data.cache import Utterance

from .articulation import FIGURES
from .articulation_tables import figures
from .conditions import SAMPLE_RATE
from .held_out import HeldOut, thinned
from .systems import Network
from .tables import Table

_REPEATS = 3
_SECONDS = 5.0
_STILL = 0.10  # of the 95th percentile of opening in speech

_OF_A_SPEAKER = 6  # sentences
_SILENCES = 16
_GAP = 2.0  # s between two sentences
_GAP_EDGE = 0.25  # s at both ends of it in which the near voice may still move the mouth
_BELOW = 10.0  # dB, of the second voice

CANDIDATES = (
    *((5, 6), (3, 6), (2, 4), (5, 0), (3, 2), (2, 3), (1, 4)),
    *((4, 0), (3, 1), (2, 2), (1, 3), (1, 2)),
)
"""Blocks and right contexts, in steps of 20 ms; the first is the training's."""


def rest_table(sets: HeldOut, networks: Sequence[Network]) -> Table:
    """Share of still frames in sounds without speech, for each network."""
    sounds = speechless_sounds()
    table = Table(
        "Sounds without speech: share of frames with the mouth shut",
        ("system", *sounds),
        f"{_SECONDS:.0f} s each; shut: opening below {_STILL:.0%} of its 95th percentile in the "
        "first table's speech.",
    )
    for network in networks:
        speech = np.concatenate([lip_opening(ARKIT_52, network(u)) for u in sets.unseen()])
        threshold = _STILL * float(np.percentile(speech, 95))
        table.add(
            network.name,
            *(
                float(np.mean(lip_opening(ARKIT_52, network.of_sound(sound)) < threshold))
                for sound in sounds.values()
            ),
        )
    return table


def second_voice_table(sets: HeldOut, networks: Sequence[Network]) -> Table:
    """How far another voice moves the mouth while the near one is silent."""
    table = Table(
        "A second voice 10 dB below: opening while the near voice is silent",
        ("system", "silences", "opening", "of the second voice alone", "share, %"),
        "Two sentences of a headline speaker with 2 s between them, in which only the second voice "
        "speaks. Alone: the same voice at the level of a near one. At most 15 % is asked for.",
    )
    sounds = list(_second_voices(sets))
    for network in networks if sounds else ():
        beside, alone = [], []
        for heard, second, rows in sounds:
            beside.append(lip_opening(ARKIT_52, network.of_sound(heard))[rows].mean())
            alone.append(lip_opening(ARKIT_52, network.of_sound(second))[rows].mean())
        moved, own = float(np.mean(beside)), float(np.mean(alone))
        table.add(
            network.name, len(sounds), moved, own, round(100 * moved / own) if own else None
        )  # fmt: skip
    return table


def _second_voices(sets: HeldOut) -> Iterator[tuple[np.ndarray, np.ndarray, slice]]:
    """Both voices, the second alone as loud as the near one, and the rows of the silence."""
    by_speaker: dict[str, list[Utterance]] = defaultdict(list)
    for utterance in sets.unseen():
        by_speaker[str(utterance.speaker)].append(utterance)
    pairs = [pair for own in by_speaker.values() for pair in pairwise(own[:_OF_A_SPEAKER])]
    near = thinned(pairs, _SILENCES)
    voices = sets.babble()
    if not voices:
        return
    for index, (first, then) in enumerate(near):
        gap = np.zeros(int(_GAP * SAMPLE_RATE), np.float32)
        spoken = np.concatenate([first.samples(), gap, then.samples()])
        second = np.resize(voices[index % len(voices)].samples(), len(spoken))
        power = np.mean(np.concatenate([first.samples(), then.samples()]).astype(float) ** 2)
        alone = (second * np.sqrt(power / (np.mean(second.astype(float) ** 2) + 1e-12))).astype(
            "f4"
        )
        start = first.length / SAMPLE_RATE
        rows = slice(round(100 * (start + _GAP_EDGE)), round(100 * (start + _GAP - _GAP_EDGE)))
        yield (spoken + 10 ** (-_BELOW / 20) * alone).astype(np.float32), alone, rows


def speechless_sounds() -> dict[str, np.ndarray]:
    """Samples [N] float32 at 16 kHz by name."""
    rng = np.random.default_rng(0)
    time = np.arange(int(_SECONDS * SAMPLE_RATE)) / SAMPLE_RATE
    white = rng.standard_normal(len(time))
    hum = sum(np.sin(2 * np.pi * 50 * k * time) / k for k in range(1, 8))
    breath_band = butter(2, (400, 5000), "bandpass", fs=SAMPLE_RATE, output="sos")
    breath = sosfilt(breath_band, white) * np.clip(np.sin(2 * np.pi * 0.4 * time), 0, 1)
    notes = np.array([0, 4, 7, 12]) + rng.integers(-12, 12, (int(_SECONDS / 0.5), 1))
    phase = 2 * np.pi * 220 * 2 ** (np.repeat(notes, int(0.5 * SAMPLE_RATE), 0) / 12)
    music = np.sin(np.cumsum(phase / SAMPLE_RATE, 0)).sum(1) * np.exp(-4 * (time % 0.5))
    clicks = (rng.random(len(time)) < 5 / SAMPLE_RATE).astype(float)
    sounds = {
        "digital silence": (np.zeros(len(time)), 0.0),
        "hiss, -60 dB": (white, 1e-3),
        "hiss, -20 dB": (white, 0.1),
        "hum": (hum, 0.1),
        "breath": (breath, 0.03),
        "music": (music, 0.1),
        "clicks": (sosfilt(breath_band, clicks), 0.03),
    }
    return {
        name: (level * sound / (sound.std() + 1e-12)).astype(np.float32)
        for name, (sound, level) in sounds.items()
    }


def parameters(weights: Path) -> int:
    """Number of trained values; the statistics of the features are not counted."""
    _, arrays = load_weights(weights)
    return sum(array.size for name, array in arrays.items() if not name.startswith("feature_"))


def times_real_time(weights: Mapping[str, Path], seconds: float = 20.0) -> dict[str, float]:
    """Seconds of sound per second of work of the NumPy runtime, by name.

    All run in turns on the same noise of so many seconds, so that a busy machine slows all
    alike; the best of three turns counts.
    """
    samples = 0.1 * np.random.default_rng(0).standard_normal(int(seconds * SAMPLE_RATE))
    samples = samples.astype(np.float32)
    runtimes = {name: choose_runtime("numpy", path) for name, path in weights.items()}
    for runtime in runtimes.values():
        runtime.predict(samples[:SAMPLE_RATE])
    best = dict.fromkeys(runtimes, 0.0)
    for _ in range(_REPEATS):
        for name, runtime in runtimes.items():
            start = time.perf_counter()
            runtime.predict(samples)
            best[name] = max(best[name], seconds / (time.perf_counter() - start))
    return best


def ablation_table(sets: HeldOut, networks: Sequence[Network]) -> Table:
    """Each network on the headline set, its trained values, and times real time."""
    speeds = times_real_time({network.name: network.weights for network in networks})
    table = Table(
        "Ablation: kinds of networks, real speakers never trained on, clean",
        ("network", *FIGURES, "parameters", "MB", "× real time"),
        "Speeds of the NumPy runtime, measured in turns in this run, on as many threads as this "
        "process may use.",
    )
    utterances = sets.unseen()
    for network in networks:
        table.add(
            network.name,
            *figures(utterances, network),
            parameters(network.weights),
            round(network.weights.stat().st_size / 1e6, 1),
            round(speeds[network.name]),
        )
    return table


def delay_table(
    sets: HeldOut, weights: Path, candidates: Sequence[tuple[int, int]] = CANDIDATES
) -> Table:
    """The network with each block and right context on the unseen real speakers."""
    utterances = sets.unseen()
    minutes = sum(u.seconds for u in utterances) / 60
    table = Table(
        "Delay: what less look-ahead costs",
        ("block", "right", "delay ms", *FIGURES),
        f"{len(utterances)} utterances, {minutes:.1f} min, real speakers never trained on, clean. "
        "Block and right context in steps of 20 ms.",
    )
    config, arrays = load_weights(weights)
    for block, right in candidates:
        runtime = NumpyRuntime(replace(config, block=block, right=right), arrays)
        milliseconds = round(1000 * delay(runtime.config))
        row = figures(utterances, lambda u, net=runtime: net.predict(u.samples()).values)
        table.add(block, right, milliseconds, *row)
    return table
