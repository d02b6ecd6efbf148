"""Phone posteriors of a corpus, for aligning its transcripts: ``python -m tools.train.posteriors``.

Writes OUT, an npz with log posteriors [T, len(PHONES)] float16 of 10 ms frames for each recording
of a corpus of the cache, for ``tools.data --posteriors``.
"""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch

from model.features import extract
from model.framing import HOP, frame_count
from model.network_config import NetworkConfig
from tools.data.cache import CacheError, load

from .config import TrainConfig, read_config
from .trainee import Trainee, load_trainee

_BLOCK = 60  # longer than the network's own: quicker, and nothing here is live


def phone_recogniser(config: TrainConfig, checkpoint: Path) -> Callable[[np.ndarray], np.ndarray]:
    """A function from samples [N] to log posteriors [T, len(PHONES)] by a run's checkpoint."""
    trainee = Trainee(config)
    load_trainee(trainee, checkpoint)
    trainee.set_block(_BLOCK)
    trainee.eval()

    @torch.inference_mode()
    def recognise(samples: np.ndarray) -> np.ndarray:
        steps, count = _padded_steps(samples, trainee.network.config)
        state = trainee.network.initial_state(1)
        joined, _ = trainee.network.encode(torch.from_numpy(steps)[None], state)
        return torch.log_softmax(trainee.phone_logits(joined), -1)[0, :count].numpy()

    return recognise


def _padded_steps(samples: np.ndarray, config: NetworkConfig) -> tuple[np.ndarray, int]:
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


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.train.posteriors", description=__doc__)
    parser.add_argument("config", type=Path, help="of the run")
    parser.add_argument("checkpoint", type=Path, help="checkpoint.pt of the run")
    parser.add_argument("cache", type=Path)
    parser.add_argument("corpus")
    parser.add_argument("out", type=Path, help="NAME.npz")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    try:
        utterances = load(options.cache, [options.corpus])
    except CacheError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    recognise = phone_recogniser(read_config(options.config), options.checkpoint)
    posteriors = {u.id: recognise(u.samples()).astype(np.float16) for u in utterances}
    np.savez_compressed(options.out, allow_pickle=False, **posteriors)
    return 0


if __name__ == "__main__":
    sys.exit(main())
