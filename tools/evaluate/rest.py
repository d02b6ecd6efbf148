"""Does the mouth rest while nobody speaks?"""

from collections.abc import Sequence

import numpy as np
from scipy.signal import butter, sosfilt

from model.channels import ARKIT_52
from model.lip_seal import lip_opening

from .conditions import SAMPLE_RATE
from .held_out import HeldOut
from .systems import Network
from .tables import Table

_SECONDS = 5.0
_STILL = 0.10  # of the 95th percentile of opening in speech


def rest_table(sets: HeldOut, networks: Sequence[Network]) -> Table:
    """Share of still frames in sounds without speech, for each network."""
    sounds = speechless_sounds()
    table = Table(
        "Rest: share of frames with the mouth shut in sounds without speech",
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
