"""A larger network that begins as a smaller one that was trained: the same outputs, and room.

After T. Chen, I. Goodfellow and J. Shlens, "Net2Net: Accelerating Learning via Knowledge Transfer",
ICLR 2016; new units start at random and are not listened to, instead of being copies.
"""

import torch

from model.errors import A2FError
from model.network_config import NetworkConfig

_STATE_READERS = ("attention.query.weight", "attention.key.weight")

Arrays = dict[str, torch.Tensor]


def grown(old: Arrays, fresh: Arrays, config: NetworkConfig) -> Arrays:
    """A trainee's arrays with the old ones in them.

    Old units keep their weights and hear nothing of new ones; new units keep those of ``fresh``.
    Arrays that ``old`` lacks (the phone head of a weights file) stay fresh.

    Args:
        old: of a trainee or a network with at most as many units.
        fresh: of a new trainee.
        config: of the new network.

    Raises:
        A2FError: the old network is larger, or of another kind.
    """
    prefix = next((p for p in ("network.", "") if f"{p}output.weight" in old), None)
    if prefix is None:
        raise A2FError("The start has no network in it; name a weights file or a checkpoint.pt.")
    plain = {name.removeprefix(prefix): value for name, value in old.items()}
    result = {}
    for name, new in fresh.items():
        value = plain.get(name.removeprefix("network."))
        if value is None and "phone_head" in name:
            result[name] = new
            continue
        if value is None or value.dim() != new.dim():
            raise A2FError(_OTHER_KIND.format(name))
        result[name] = _placed(name.removeprefix("network."), value, new, plain, config)
    if any(f"layers.{config.layers}." in name for name in plain):
        raise A2FError(_OTHER_KIND.format("layers"))
    return result


_OTHER_KIND = (
    'The start does not fit the configuration ("{}"): a network can grow in units (hidden, '
    "attention), but not in layers, and not shrink."
)


def _placed(
    name: str, value: torch.Tensor, new: torch.Tensor, old: Arrays, config: NetworkConfig
) -> torch.Tensor:
    """``new`` with an old array in it, and zeros where old units would hear new ones."""
    before = old["layers.0.forward_lstm.weight_hh_l0"].shape[1]
    rows, columns = _identity(value.shape[0]), _identity(value.shape[-1])
    if name.startswith("layers."):
        rows = _blocks(4, before, config.hidden)
        if "weight_hh" in name:
            columns = _identity(before)
        elif "weight_ih" in name and not name.startswith("layers.0."):
            columns = _blocks(config.state_size // config.hidden, before, config.hidden)
    elif name in _STATE_READERS:
        columns = _blocks(config.state_size // config.hidden, before, config.hidden)
    elif name in ("output.weight", "phone_head.weight"):
        columns = _blocks(config.joined_size // config.hidden, before, config.hidden)
    if value.dim() == 1:
        columns = rows
    fits = (len(rows), len(columns)) == (value.shape[0], value.shape[-1])
    if not fits or rows[-1] >= new.shape[0] or columns[-1] >= new.shape[-1]:
        raise A2FError(_OTHER_KIND.format(name))
    result = new.clone()
    if value.dim() == 1:
        if name == "attention.score":
            result.zero_()
        result[rows] = value
        return result
    result[rows] = 0.0
    result[rows[:, None], columns] = value
    return result


def _identity(count: int) -> torch.Tensor:
    return torch.arange(count)


def _blocks(count: int, before: int, after: int) -> torch.Tensor:
    """Places of ``count`` blocks of units (gates, directions, contexts) that grew."""
    return (torch.arange(count)[:, None] * after + torch.arange(before)).flatten()
