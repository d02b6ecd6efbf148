"""``python -m tools.train CONFIG --cache DIR --out DIR``."""

import argparse
from pathlib import Path

import torch

from .batches import BatchMaker
from .config import read_config
from .loop import Machine, train
from .plots import plot_losses


def main() -> None:
    """Trains one experiment, or goes on with it."""
    parser = argparse.ArgumentParser(prog="python -m tools.train", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--cache", type=Path, required=True, help="made by python -m tools.data")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint, log, plots, weights")
    parser.add_argument(
        "--finetune", type=Path, metavar="START",
        help="begin with these weights: a weights file (.npz) or a run's checkpoint.pt",
    )  # fmt: skip
    parser.add_argument("--threads", type=int, default=1, help="of torch on the CPU (1)")
    parser.add_argument("--workers", type=int, default=1, help="processes that make batches (1)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    config = read_config(options.config)
    maker = BatchMaker(config, options.cache, options.out / "targets")
    held_out = BatchMaker(config, options.cache, options.out / "targets", split="test")
    machine = Machine(options.device, options.workers)
    weights = train(config, maker, options.out, machine, options.finetune, held_out)
    print(weights, plot_losses(options.out))


if __name__ == "__main__":
    main()
