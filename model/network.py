"""The network in torch: attention over a deep bidirectional LSTM.

From the paper (arXiv 1905.11142): MFCC in; a deep bidirectional LSTM; attention that weighs how
much each part of the context matters to a face state; blendshape weights out.

Ours: all sizes; additive attention after Bahdanau et al. 2015 over a window of +-0.26 s with a
learnt weight per time offset; the latency-controlled form of the BiLSTM (Y. Zhang et al. 2016;
K. Chen and Q. Huo 2016): the forward state is carried, the backward pass runs over one block and
a fixed right context, so baking a file and streaming it give the same curves; the lip seal
(see lip_seal).
"""

import torch
from torch import nn

from .lip_seal import SEALED_AWAY, SURE
from .network_config import NetworkConfig

State = tuple[torch.Tensor, torch.Tensor]


class LatencyControlledLayer(nn.Module):
    """One bidirectional layer whose backward direction sees a block and its right context."""

    def __init__(self, width: int, hidden: int, block: int) -> None:
        super().__init__()
        self.block = block
        self.forward_lstm = nn.LSTM(width, hidden, batch_first=True)
        self.backward_lstm = nn.LSTM(width, hidden, batch_first=True)

    def forward(self, windows: torch.Tensor, state: State | None) -> tuple[torch.Tensor, State]:
        """Hidden states [B, K, W, 2H] and the carried state, of windows [B, K, W, D]."""
        batch, blocks, width, size = windows.shape
        core, ends = [], []
        for k in range(blocks):
            output, state = self.forward_lstm(windows[:, k, : self.block], state)
            core.append(output)
            ends.append(state)
        hidden = core[0].shape[-1]
        ahead_input = windows[:, :, self.block :].reshape(batch * blocks, -1, size)
        start = tuple(
            torch.stack([end[i][0] for end in ends], 1).reshape(1, batch * blocks, hidden)
            for i in range(2)
        )
        ahead, _ = self.forward_lstm(ahead_input, start)
        forward = torch.cat(
            [torch.stack(core, 1), ahead.reshape(batch, blocks, width - self.block, hidden)], 2
        )
        flat = windows.reshape(batch * blocks, width, size)
        backward, _ = self.backward_lstm(flat.flip(1))
        backward = backward.flip(1).reshape(batch, blocks, width, hidden)
        return torch.cat([forward, backward], -1), state


class LocalAttention(nn.Module):
    """Additive attention of each block frame over the hidden states around it."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        both = 2 * config.hidden
        self.config = config
        self.query = nn.Linear(both, config.attention)
        self.key = nn.Linear(both, config.attention, bias=False)
        self.score = nn.Parameter(torch.randn(config.attention) * config.attention**-0.5)
        self.offset = nn.Parameter(torch.zeros(2 * config.reach + 1))

    def forward(
        self, windows: torch.Tensor, left: torch.Tensor, seen: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Context [B, K, N, 2H] and weights [B, K, N, reach + W].

        Args:
            windows: hidden states [B, K, W, 2H]; the first N of W are the block's own.
            left: hidden states [B, reach, 2H] before the first block.
            seen: how many of ``left`` are real, counted from its right end.
        """
        config = self.config
        batch, blocks, width, size = windows.shape
        core = windows[:, :, : config.block]
        history = torch.cat([left, core.reshape(batch, blocks * config.block, size)], 1)
        before = history.unfold(1, config.reach, config.block)[:, :blocks].transpose(2, 3)
        around = torch.cat([before, windows], 2)

        query = self.query(core)[:, :, :, None]
        key = self.key(around)[:, :, None]
        offsets, allowed = self._offsets(blocks, width, seen, windows.device)
        score = torch.tanh(query + key) @ self.score + self.offset[offsets]
        weights = torch.softmax(score.masked_fill(~allowed, float("-inf")), -1)
        return weights @ around, weights

    def _offsets(self, blocks: int, width: int, seen: int, device: torch.device):
        reach, block = self.config.reach, self.config.block
        row = torch.arange(block, device=device)[:, None]
        column = torch.arange(reach + width, device=device)[None, :]
        offset = column - reach - row
        real = (
            column[None]
            >= reach - seen - block * torch.arange(blocks, device=device)[:, None, None]
        )
        allowed = (offset.abs() <= reach)[None] & real
        return (offset.clamp(-reach, reach) + reach), allowed


class AttentionBiLSTM(nn.Module):
    """MFCC features to ARKit channels."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("feature_mean", torch.zeros(config.features.size))
        self.register_buffer("feature_std", torch.ones(config.features.size))
        widths = [config.features.size] + [2 * config.hidden] * (config.layers - 1)
        self.layers = nn.ModuleList(
            LatencyControlledLayer(width, config.hidden, config.block) for width in widths
        )
        self.attention = LocalAttention(config)
        self.output = nn.Linear(4 * config.hidden, len(config.channels))

    def initial_state(self, batch: int) -> dict:
        """State before the first sample."""
        left = self.feature_mean.new_zeros(batch, self.config.reach, 2 * self.config.hidden)
        return {"lstm": [None] * self.config.layers, "left": left, "seen": 0}

    def encode(self, features: torch.Tensor, state: dict) -> tuple[torch.Tensor, dict]:
        """Attended hidden states [B, K * block, 4H] of features [B, K * block + right, F].

        The last ``right`` frames are context only; the next call starts with them.
        """
        config = self.config
        normal = (features - self.feature_mean) / self.feature_std
        hidden = normal.unfold(1, config.window, config.block).transpose(2, 3)
        carried = []
        for layer, before in zip(self.layers, state["lstm"], strict=True):
            hidden, after = layer(hidden, before)
            carried.append(after)
        context, _ = self.attention(hidden, state["left"], state["seen"])
        core = hidden[:, :, : config.block]
        joined = torch.cat([core, context], -1).flatten(1, 2)
        left = torch.cat([state["left"], core.flatten(1, 2)], 1)[:, -config.reach :]
        seen = min(config.reach, state["seen"] + core.shape[1] * config.block)
        return joined, {"lstm": carried, "left": left, "seen": seen}

    def raw(self, joined: torch.Tensor) -> torch.Tensor:
        """Outputs in 0..1 before the lip seal, [B, T, C]."""
        return torch.sigmoid(self.output(joined))

    def seal(self, raw: torch.Tensor) -> torch.Tensor:
        """The lip seal, as lip_seal.apply_seal does it, [B, T, C]."""
        names = self.config.channels
        seal = (raw[..., names.index("mouthClose")] / SURE).clamp(max=1.0)
        columns = list(raw.unbind(-1))
        columns[names.index("mouthClose")] = seal * raw[..., names.index("jawOpen")]
        for name in SEALED_AWAY:
            index = names.index(name)
            columns[index] = columns[index] * (1.0 - seal)
        return torch.stack(columns, -1)

    def forward(self, features: torch.Tensor, state: dict | None = None):
        """Channels [B, K * block, C] and the carried state; features as in encode."""
        state = state or self.initial_state(len(features))
        joined, state = self.encode(features, state)
        return self.seal(self.raw(joined)), state
