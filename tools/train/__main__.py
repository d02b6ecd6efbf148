"""``python -m tools.train CONFIG --cache DIR --out DIR``."""

import argparse
from pathlib import Path

import torch

from .batches import BatchMaker
from .config import read_config
from .loop import train
from .plots import plot_losses


def main() -> None:
    """Trains one experiment, or goes on with it."""
    parser = argparse.ArgumentParser(prog="python -m tools.train", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--cache", type=Path, required=True, help="made by python -m tools.data")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint, log, plots, weights")
    parser.add_argument("--start-from", type=Path, help="checkpoint.pt of the run to fine-tune")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    config = read_config(options.config)
    maker = BatchMaker(config, options.cache, options.out / "targets")
    weights = train(config, maker, options.out, options.device, options.start_from)
    print(weights, plot_losses(options.out))


if __name__ == "__main__":
    main()
