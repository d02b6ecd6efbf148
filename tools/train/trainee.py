"""The network with the phone head that only training needs, and its losses.

target loss and smooth loss are the paper's (arXiv 1905.11142); its weights are not known to us.
The closure weight, the contact, opening and phone losses are ours.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from model.channels import ARKIT_52, MOUTH_GROUP
from model.lip_seal import LOWER, UPPER
from model.network import AttentionBiLSTM
from model.weights_file import load_weights, save_weights
from tools.data.phones import PHONES

from .batches import UNKNOWN, Batch, BatchMaker
from .config import TrainConfig
from .growth import grown

_CLOSE, _JAW, _ROLL, _PUCKER = (
    ARKIT_52.index(n) for n in ("mouthClose", "jawOpen", "mouthRollLower", "mouthPucker")
)
_LEAST_MOTION = (
    0.02,
    0.002,
    0.001,
)  # of the opening; deviation, and per frame speed and its change
_RAISERS = [ARKIT_52.index(name) for name in (*LOWER, *UPPER)]
_MOUTH = torch.tensor([name in MOUTH_GROUP for name in ARKIT_52])
_WEIGHT = torch.where(_MOUTH, 2.0, 1.0)
_ABSOLUTE = torch.where(_MOUTH, 1.0, 0.25)
_SQUARED = torch.where(_MOUTH, 6.0, 8.0)


class Trainee(nn.Module):
    """A network of random weights, its face at rest, and a phone head over its joined states."""

    def __init__(self, config: TrainConfig) -> None:
        super().__init__()
        network = config.network
        self.config = config
        self.network = AttentionBiLSTM(network)
        self.network.dropout = _Dropout(config.dropout)
        self.phone_head = nn.Linear(network.joined_size, network.stride * len(PHONES))
        emphasis = [config.phone_emphasis.get(phone, 1.0) for phone in PHONES]
        # UNKNOWN reads the last entry, from the end.
        self.register_buffer(
            "emphasis", torch.tensor([*emphasis, *[1.0] * -UNKNOWN]), persistent=False
        )
        nn.init.constant_(self.network.output.bias, -2.5)  # a face at rest
        self.network.requires_grad_(not config.only_phone_head)

    def set_block(self, block: int) -> None:
        """Trains with another block length; no parameter depends on it."""
        network = self.network
        network.config = replace(network.config, block=block)
        if network.attention is not None:
            network.attention.config = network.config
        for layer in network.layers:
            layer.block = block

    def phone_logits(self, joined: torch.Tensor) -> torch.Tensor:
        """Logits [B, T, P] of joined states [B, T / stride, J]."""
        stride = self.network.config.stride
        return self.phone_head(joined).unflatten(-1, (stride, len(PHONES))).flatten(1, 2)

    def losses(self, batch: Batch) -> dict[str, torch.Tensor]:
        """Each loss of one batch, and their weighted sum as "total"."""
        config, network = self.config, self.network
        steps, target, phones, known = (
            torch.from_numpy(np.ascontiguousarray(part)).to(self.phone_head.weight.device)
            for part in (batch.steps, batch.raw, batch.phones, batch.known)
        )
        with torch.set_grad_enabled(torch.is_grad_enabled() and not config.only_phone_head):
            joined, _ = network.encode(steps, network.initial_state(len(steps)))
        if config.only_phone_head:
            loss = phone_loss(self.phone_logits(joined).float(), phones, UNKNOWN)
            return {"phone": loss, "total": loss}
        with torch.autocast(joined.device.type, enabled=False):  # small steps need float32
            raw = network.raw(joined.float())
        closure = config.closure_weight * lip_contact(target)
        sealed, sealed_target = network.seal(raw), network.seal(target)
        losses = {
            "target": target_loss(raw, target, known, closure)
            + target_loss(sealed, sealed_target, known, closure),
            "smooth": smooth_loss(sealed, sealed_target, known),
            "opening": opening_loss(sealed, sealed_target, known),
            "spread": spread_loss(sealed, sealed_target, known),
            "contact": contact_loss(raw, target, known, self.emphasis[phones]),
            "phone": phone_loss(self.phone_logits(joined).float(), phones, UNKNOWN),
        }
        losses["total"] = (
            losses["target"]
            + config.smooth_weight * losses["smooth"]
            + config.opening_weight * losses["opening"]
            + config.spread_weight * losses["spread"]
            + config.contact_weight * losses["contact"]
            + config.phone_weight * losses["phone"]
        )
        return losses

    def export(self, path: Path) -> Path:
        """Writes the network as a weights file for every runtime."""
        arrays = {name: value.cpu().numpy() for name, value in self.network.state_dict().items()}
        save_weights(path, self.config.network, arrays, self.config.half_precision)
        return path


def new_trainee(config: TrainConfig, maker: BatchMaker, start: Path | None) -> Trainee:
    """A trainee to begin with, for an experiment and its batches.

    Without a ``start`` its weights are random and it keeps the statistics of the batches' features.
    A start is a run's checkpoint.pt, or a weights file, to which a random phone head is added; both
    may be of a smaller network.
    """
    trainee = Trainee(config)
    if start is None:
        mean, std = maker.feature_statistics(8)
        trainee.network.feature_mean.copy_(torch.from_numpy(mean))
        trainee.network.feature_std.copy_(torch.from_numpy(std))
    else:
        trainee.load_state_dict(grown(_arrays(start), trainee.state_dict(), config.network))
    return trainee


def _arrays(start: Path) -> dict[str, torch.Tensor]:
    """Arrays of a weights file or of a run's checkpoint.pt."""
    if start.suffix == ".npz":
        return {name: torch.from_numpy(array) for name, array in load_weights(start)[1].items()}
    return torch.load(start, map_location="cpu", weights_only=True)["trainee"]


def load_trainee(trainee: Trainee, checkpoint: Path) -> None:
    """Gives a trainee the weights of a run's checkpoint.pt."""
    trainee.load_state_dict(_arrays(checkpoint))


def lip_contact(target: torch.Tensor) -> torch.Tensor:
    """How much the lips touch each other or the teeth, [B, T] in 0..1, of raw targets."""
    return torch.maximum(target[..., _CLOSE], target[..., _ROLL])


def target_loss(
    predicted: torch.Tensor, target: torch.Tensor, known: torch.Tensor, closure: torch.Tensor
) -> torch.Tensor:
    """Mean absolute and squared error of channels where they are known, all [B, T, C].

    The absolute error alone would settle on the median, which for channels that move seldom (brows,
    tongue) is a face that never moves; the squared error pulls towards the mean.
    ``closure`` [B, T] adds weight to the mouth channels of a frame.
    """
    difference = (predicted - target).abs()
    absolute, squared, mouth = (t.to(target.device) for t in (_ABSOLUTE, _SQUARED, _MOUTH))
    error = difference * (absolute + squared * difference)
    error = error * (1.0 + 0.5 * closure[..., None] * mouth)
    return _mean(error, known)


def smooth_loss(predicted: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Mean absolute error of the frame-to-frame change, where both frames are known."""
    error = (predicted.diff(dim=1) - target.diff(dim=1)).abs() * _WEIGHT.to(target.device)
    return _mean(error, known[:, 1:] * known[:, :-1])


def opening_loss(
    predicted: torch.Tensor, target: torch.Tensor, known: torch.Tensor
) -> torch.Tensor:
    """Mean absolute error of the lip opening (model.lip_seal) of channels [B, T, C]."""
    seen = known[..., _JAW] * known[..., _CLOSE]
    error = (_opening(predicted) - _opening(target)).abs()
    return (error * seen).sum() / (seen.sum() + 1.0)


def contact_loss(
    raw: torch.Tensor, target: torch.Tensor, known: torch.Tensor, emphasis: torch.Tensor
) -> torch.Tensor:
    """Cross entropy of the two contacts of the lips in raw outputs [B, T, C].

    ``emphasis`` [B, T] is the weight of each frame.
    """
    columns = [_CLOSE, _ROLL]
    contact = raw[..., columns].float().clamp(1e-5, 1 - 1e-5)
    with torch.autocast(raw.device.type, enabled=False):  # cross entropy of shares needs float32
        loss = functional.binary_cross_entropy(contact, target[..., columns], reduction="none")
    seen = known[..., columns] * emphasis[..., None]
    return (loss * seen).sum() / (seen.sum() + 1.0)


def spread_loss(predicted: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """How far each crop's amount of motion is from the target's, as a share of that.

    The lip opening's and the pucker's standard deviation, mean speed and mean acceleration,
    whenever they happen: point by point losses alone prefer small movements, and know no jitter.
    """
    seen = (known[..., _JAW] * known[..., _CLOSE] * known[..., _PUCKER])[..., None]
    wanted, got = (
        _motion(torch.stack([_opening(c), c[..., _PUCKER]], -1), seen) for c in (target, predicted)
    )
    floor = torch.tensor(_LEAST_MOTION, device=target.device)[:, None, None]
    share = (got - wanted).abs() / (wanted + floor)
    moving = (seen.sum(1) > 0.5 * seen.shape[1]).float()
    return (share * moving).mean()


def _motion(tracks: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
    """Standard deviation, mean speed and mean acceleration [3, B, N] of tracks [B, T, N]."""
    total = seen.sum(1) + 1.0
    mean = (tracks * seen).sum(1) / total
    deviation = (((tracks - mean[:, None]).square() * seen).sum(1) / total + 1e-6).sqrt()
    speed, both = tracks.diff(dim=1), seen[:, 1:] * seen[:, :-1]
    three = both[:, 1:] * both[:, :-1]
    rows = [deviation, (speed.abs() * both).sum(1) / total]
    rows.append((speed.diff(dim=1).abs() * three).sum(1) / total)
    return torch.stack(rows)


def phone_loss(logits: torch.Tensor, phones: torch.Tensor, unknown: int) -> torch.Tensor:
    """Cross entropy of phone logits [B, T, P] against classes [B, T]; 0 without any label."""
    labelled = (phones != unknown).sum()
    total = functional.cross_entropy(
        logits.flatten(0, 1), phones.flatten(), ignore_index=unknown, label_smoothing=0.05,
        reduction="sum",
    )  # fmt: skip
    return total / (labelled + 1.0)


def _mean(error: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Sum over known channels per frame, in the mean over frames, over the sum of weights."""
    frames = known.amax(-1).sum() + 1.0
    return (error * known).sum() / (frames * _WEIGHT.sum())


def _opening(channels: torch.Tensor) -> torch.Tensor:
    parted = (channels[..., _JAW] - channels[..., _CLOSE]).clamp(min=0.0)
    return parted + 0.125 * channels[..., _RAISERS].sum(-1)


class _Dropout(nn.Module):
    """Dropout whose mask takes one random byte a unit, an eighth of torch's time on a CPU."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self._cut = round(256 * share)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """``hidden`` with units left out and the others made stronger, while training."""
        if not self.training or not self._cut:
            return hidden
        words = torch.randint(-(2**63), 2**63 - 1, (-(-hidden.numel() // 8),), device=hidden.device)
        drawn = words.view(torch.uint8)[: hidden.numel()].view(hidden.shape)
        return hidden * (drawn >= self._cut) * (256 / (256 - self._cut))
