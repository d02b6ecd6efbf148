"""``python -m tools.train CONFIG --cache DIR --out DIR``."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from model.errors import A2FError
from model.runtime import choose_runtime
from model.weights_file import load_weights
from tools.data.cache import CacheError

from .batch_pool import BatchPool
from .batches import BatchMaker, NoDataError, Predict
from .config import TrainConfig, read_config
from .loop import Machine, branch_to_finish, train
from .run_log import plot_losses


def main(arguments: Sequence[str] | None = None) -> int:
    """Trains or resumes one experiment; returns the exit status."""
    options = _parse(arguments)
    torch.set_num_threads(options.threads)
    machine, folder = Machine(options.device, options.workers), options.out
    targets, pool = options.out / "targets", options.out.parent / "batches"
    try:
        config = _config(options)
        predict = _predictor(options.finetune) if config.keep_unknown else None
        maker = BatchMaker(config, options.cache, targets, predict=predict)
        try:
            held_out = BatchMaker(config, options.cache, targets, split="test", predict=predict)
        except NoDataError:
            held_out = None  # nothing to validate on
        if options.finish:
            config, folder = branch_to_finish(config, folder, options.finish)
        batches, watched = maker, held_out
        if config.reuse > 1:
            batches = BatchPool(maker, pool)
            watched = None if held_out is None else BatchPool(held_out, pool)
        weights = train(config, batches, folder, machine, options.finetune, watched)
    except (A2FError, CacheError, NoDataError, FileNotFoundError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(weights, plot_losses(folder))
    return 0


def _config(options: argparse.Namespace) -> TrainConfig:
    """The experiment, its network and corpora as the command line has them."""
    config = read_config(options.config)
    if options.finetune is not None and options.finetune.suffix == ".npz" and not config.grow:
        network, _ = load_weights(options.finetune)
        config = replace(config, network=network)
    if options.steps:
        config = replace(config, steps=options.steps)
    if options.corpora:
        config = replace(config, corpora=dict(options.corpora))
    return config


def _predictor(weights: Path | None) -> Predict:
    if weights is None or weights.suffix != ".npz":
        raise A2FError("This configuration fine-tunes: name a weights file with --finetune.")
    runtime = choose_runtime("numpy", weights)
    return lambda samples: runtime.predict(samples).values


def _share(text: str) -> tuple[str, float]:
    name, _, share = text.partition("=")
    return name, float(share or 1.0)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.train", description=__doc__)
    parser.add_argument("config", type=Path)
    parser.add_argument("--cache", type=Path, required=True, help="made by python -m tools.data")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint, log, plots, weights")
    parser.add_argument(
        "--finetune", type=Path, metavar="START",
        help="begin with these weights: a weights file (.npz) or a run's checkpoint.pt",
    )  # fmt: skip
    parser.add_argument(
        "--corpora", type=_share, nargs="+", metavar="NAME[=SHARE]",
        help="train on these instead of the configuration's",
    )  # fmt: skip
    parser.add_argument("--steps", type=int, help="in all, instead of the configuration's")
    parser.add_argument(
        "--finish", type=int, default=0, metavar="STEPS",
        help="wind the run up in so many steps, in a folder of its own under --out",
    )  # fmt: skip
    parser.add_argument("--threads", type=int, default=1, help="of torch on the CPU (1)")
    parser.add_argument("--workers", type=int, default=1, help="processes that make batches (1)")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
