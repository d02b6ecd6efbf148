"""Losses, named for what they do.

target loss and smooth loss are the paper's (arXiv 1905.11142); its weights are not known to us.
The closure weight, the contact, opening and phone losses are ours.
"""

import torch
from torch.nn import functional

from model.channels import ARKIT_52, MOUTH_GROUP
from model.lip_seal import LOWER, UPPER

_CLOSE, _JAW, _ROLL = (ARKIT_52.index(n) for n in ("mouthClose", "jawOpen", "mouthRollLower"))
_RAISERS = [ARKIT_52.index(name) for name in (*LOWER, *UPPER)]
_MOUTH = torch.tensor([name in MOUTH_GROUP for name in ARKIT_52])
_WEIGHT = torch.where(_MOUTH, 2.0, 1.0)
_ABSOLUTE = torch.where(_MOUTH, 1.0, 0.25)
_SQUARED = torch.where(_MOUTH, 6.0, 8.0)


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
    """Mean absolute error of the lip opening (model.opening) of channels [B, T, C]."""
    seen = known[..., _JAW] * known[..., _CLOSE]
    error = (_opening(predicted) - _opening(target)).abs()
    return (error * seen).sum() / (seen.sum() + 1.0)


def contact_loss(raw: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the two contacts of the lips in raw outputs [B, T, C]."""
    columns = [_CLOSE, _ROLL]
    contact = raw[..., columns].float().clamp(1e-5, 1 - 1e-5)
    with torch.autocast(raw.device.type, enabled=False):  # cross entropy of shares needs float32
        loss = functional.binary_cross_entropy(contact, target[..., columns], reduction="none")
    seen = known[..., columns]
    return (loss * seen).sum() / (seen.sum() + 1.0)


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
