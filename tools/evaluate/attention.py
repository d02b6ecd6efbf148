"""How the network's attention weighs the context of each moment."""

from pathlib import Path

import numpy as np
import torch

from model.torch_runtime import TorchRuntime
from model.weights_file import load_weights


def attention_weights(weights: Path, samples: np.ndarray) -> tuple[np.ndarray, float] | None:
    """Attention over time offsets while a network hears samples [N] float32 at 16 kHz.

    Returns:
        Weights [S, 2 * reach + 1], row s summing to 1 over the steps s - reach .. s + reach, and
        the seconds of one step; None for a network without attention.
    """
    runtime = TorchRuntime(*load_weights(weights), "cpu")
    layer = getattr(runtime.network, "attention", None)
    if layer is None:
        return None
    caught: list[torch.Tensor] = []
    hook = layer.register_forward_hook(lambda _layer, _inputs, output: caught.append(output[1]))
    try:
        frames = len(runtime.predict(samples).values)
    finally:
        hook.remove()
    reach = runtime.config.reach
    rows = np.concatenate([by_offset(part[0].cpu().numpy(), reach) for part in caught])
    frames_per_step = -(-frames // len(rows))
    return rows[: -(-frames // frames_per_step)], 0.01 * frames_per_step


def by_offset(weights: np.ndarray, reach: int) -> np.ndarray:
    """Weights [K * N, 2 * reach + 1] over offsets, from [K, N, reach + W] over a block's columns.

    Column c of a block stands c - reach steps after the block's first step. Offsets that lie
    beyond its right context are 0.
    """
    blocks, size, columns = weights.shape
    padded = np.zeros((blocks, size, max(columns, size + 2 * reach)), weights.dtype)
    padded[:, :, :columns] = weights
    rows = [padded[:, n, n : n + 2 * reach + 1] for n in range(size)]
    return np.stack(rows, 1).reshape(blocks * size, 2 * reach + 1)
