"""One choice of how the network runs: NumPy always, torch where it is importable."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import numpy as np

from .audio_features import extract
from .curves import Curves
from .errors import A2FError
from .framing import HOP, frame_count
from .network_config import NetworkConfig
from .optional import optional_import
from .weights_file import DEFAULT_WEIGHTS, load_weights

Progress = Callable[[float], None]
RUNTIMES = ("auto", "numpy", "torch")


class Runtime(Protocol):
    """Samples in, curves out."""

    name: str
    device: str
    config: NetworkConfig

    def predict(self, samples: np.ndarray, on_progress: Progress | None = None) -> Curves:
        """Curves at 100 Hz of float32 samples [N] at 16 kHz.

        ``on_progress`` gets fractions 0..1 on the calling thread, several times a second; an
        exception it raises ends the run and reaches the caller.
        """

    def predict_blocks(
        self,
        blocks: Iterable[np.ndarray],
        seconds: float | None = None,
        on_progress: Progress | None = None,
    ) -> Curves:
        """What predict makes of the joined blocks, each float32 [N] of any length.

        The sound is never held whole: it takes the curves' memory and a constant more. ``seconds``
        is the expected length, for the progress; without it the fraction stays 0 until the end.
        """


def choose_runtime(prefer: str = "auto", weights: Path | None = None) -> Runtime:
    """The runtime asked for.

    Args:
        prefer: "numpy", "torch" (CUDA, then MPS, then CPU), or "auto", which is torch where it
            finds a GPU and NumPy elsewhere, so that no run waits for an import that gains nothing.
        weights: an .npz other than the bundled one.

    Raises:
        A2FError: torch is asked for but cannot be imported, or the name is unknown.
        WeightsError: the weights cannot be used.
    """
    if prefer not in RUNTIMES:
        raise A2FError(f'Unknown runtime "{prefer}"; choose one of {", ".join(RUNTIMES)}.')
    config, arrays = load_weights(weights or DEFAULT_WEIGHTS)
    if prefer != "numpy":
        has_torch = optional_import("torch") is not None
        if not has_torch and prefer == "torch":
            raise A2FError(
                "The torch runtime was asked for, but torch cannot be imported here; "
                "choose NumPy, or make torch available to this Python."
            )
        if has_torch:
            from .torch_runtime import TorchRuntime, best_device

            device = best_device()
            if prefer == "torch" or device != "cpu":
                return TorchRuntime(config, arrays, device)
    from .numpy_runtime import NumpyRuntime

    return NumpyRuntime(config, arrays)


def padded_steps(samples: np.ndarray, config: NetworkConfig) -> tuple[np.ndarray, int]:
    """The network's steps [K * block + right, input_size] and the count T of frames that are real.

    The end of the sound is followed by digital silence, as a stream that stops would be.
    """
    count = frame_count(len(samples))
    blocks = -(-count // config.block_frames)
    total = (blocks * config.block + config.right) * config.stride
    silence = (total + config.features.look_ahead) * HOP - len(samples)
    padded = np.concatenate([np.asarray(samples, np.float32), np.zeros(silence, np.float32)])
    features = extract(padded, config.features)[:total]
    return features.reshape(-1, config.input_size), count
