"""Losses, named for what they do.

target loss and smooth loss are the paper's (arXiv 1905.11142); its weights are not known to us.
The closure weight, the seal loss and the phone loss are ours.
"""

import torch
from torch.nn import functional

from model.channels import ARKIT_52, MOUTH_GROUP

_CLOSE = ARKIT_52.index("mouthClose")
_ROLL = ARKIT_52.index("mouthRollLower")
_LABIODENTAL_ROLL = 0.62  # mouthRollLower of the teacher's f and v
_MOUTH = torch.tensor([name in MOUTH_GROUP for name in ARKIT_52])
_WEIGHT = torch.tensor([2.0 if name in MOUTH_GROUP else 1.0 for name in ARKIT_52])
_ABSOLUTE = torch.where(_MOUTH, 1.0, 0.25)
_SQUARED = torch.where(_MOUTH, 6.0, 8.0)


def lip_contact(target: torch.Tensor) -> torch.Tensor:
    """How much the lips touch each other or the teeth, [B, T] in 0..1, of raw targets."""
    roll = (target[..., _ROLL] / _LABIODENTAL_ROLL).clamp(max=1.0)
    return torch.maximum(target[..., _CLOSE], roll)


def target_loss(
    predicted: torch.Tensor, target: torch.Tensor, known: torch.Tensor, closure: torch.Tensor
) -> torch.Tensor:
    """Mean absolute and squared error of channels [B, T, C] over known frames [B, T].

    The absolute error alone would settle on the median, which for channels that move seldom (brows,
    lip roll, tongue) is a face that never moves; the squared error pulls towards the mean.
    ``closure`` [B, T] adds weight to the mouth channels of a frame.
    """
    difference = (predicted - target).abs()
    absolute, squared, mouth = (t.to(target.device) for t in (_ABSOLUTE, _SQUARED, _MOUTH))
    error = difference * (absolute + squared * difference)
    error = error * (1.0 + 0.5 * closure[..., None] * mouth)
    return (error.sum(-1) * known).sum() / (known.sum() * _WEIGHT.sum() + 1.0)


def smooth_loss(predicted: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Mean absolute error of the frame-to-frame change, known frames only."""
    both = known[:, 1:] * known[:, :-1]
    error = (predicted.diff(dim=1) - target.diff(dim=1)).abs() * _WEIGHT.to(target.device)
    return (error.sum(-1) * both).sum() / (both.sum() * _WEIGHT.sum() + 1.0)


def seal_loss(raw: torch.Tensor, target: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the lip seal [B, T, C], column mouthClose."""
    seal = raw[..., _CLOSE].clamp(1e-5, 1 - 1e-5)
    loss = functional.binary_cross_entropy(seal, target[..., _CLOSE], reduction="none")
    return (loss * known).sum() / (known.sum() + 1.0)


def phone_loss(logits: torch.Tensor, phones: torch.Tensor, unknown: int) -> torch.Tensor:
    """Cross entropy of phone logits [B, T, P] against classes [B, T]."""
    return functional.cross_entropy(
        logits.flatten(0, 1), phones.flatten(), ignore_index=unknown, label_smoothing=0.05
    )
