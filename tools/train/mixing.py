"""Between a run and where it began: python -m tools.train.mixing.

A run towards new targets in harder conditions forgets some of what the network could do in easy
ones. Weights between those of its start and its own can do better than both (M. Wortsman et al.,
"Robust fine-tuning of zero-shot models", CVPR 2022), because the run never left the valley that it
began in. Writes a checkpoint for ``tools.train --finetune``.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import torch

from .config import read_config
from .trainee import Trainee, new_trainee


def mixed(start: Trainee, saved: dict, share: float) -> dict[str, torch.Tensor]:
    """Weights of a trainee, ``share`` of the way from ``start`` to a run's mean weights.

    Args:
        start: what the run began with, in the run's sizes.
        saved: the run's checkpoint, with "trainee" and the network's "mean".
        share: 0 is the start, 1 the run.
    """
    own = dict(saved["trainee"])
    names = [f"network.{name}" for name, _ in start.network.named_parameters()]
    own.update(zip(names, saved["mean"], strict=True))
    return {
        name: torch.lerp(value, own[name], share) if value.is_floating_point() else own[name]
        for name, value in start.state_dict().items()
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="python -m tools.train.mixing", description=__doc__)
    parser.add_argument("config", type=Path, help="of the run")
    parser.add_argument("start", type=Path, help="checkpoint.pt that the run began with")
    parser.add_argument("run", type=Path, help="checkpoint.pt of the run")
    parser.add_argument("share", type=float, help="0 is the start, 1 the run")
    parser.add_argument("out", type=Path, help="checkpoint.pt to write")
    options = parser.parse_args(argv)
    config = read_config(options.config)
    torch.manual_seed(config.seed)  # a grown network's new units begin as in the run
    start = new_trainee(config, None, options.start)
    saved = torch.load(options.run, map_location="cpu", weights_only=True)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"trainee": mixed(start, saved, options.share)}, options.out)


if __name__ == "__main__":
    main()
