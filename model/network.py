"""The network in torch: attention over a deep bidirectional LSTM.

From the paper (arXiv 1905.11142): MFCC in; a deep bidirectional LSTM; attention that weighs how
much each part of the context matters to a face state; blendshape weights out.

Ours: all sizes; additive attention after Bahdanau et al. 2015 over a window of +-0.26 s with a
learnt weight per time offset; 20 ms steps that take in and put out two 10 ms frames, which halves
the recurrent work; the pitch correlogram; the latency-controlled form of the BiLSTM (Y. Zhang et
al. 2016; K. Chen and Q. Huo 2016): the forward state is carried, the backward pass runs over one
block and a fixed right context, so baking a file and streaming it give the same curves; the output
stage (see lip_seal). Training adds a phone head to it (tools/train). A configuration without
attention, or with forward LSTMs alone, exists to measure what each part of the paper's idea is
worth.
"""

import torch
from torch import nn

from .lip_seal import FUNNEL, LOWER, SURE_SEAL, TUCK_FROM, TUCK_ROLL, TUCK_TO, TUCKED_JAW, UPPER
from .network_config import NetworkConfig

_MOST_RUNS = 40

State = tuple[torch.Tensor, torch.Tensor]
"""Hidden state and cell of an LSTM."""


class LatencyControlledLayer(nn.Module):
    """One layer whose backward direction, if it has one, sees a block and its right context."""

    def __init__(self, width: int, hidden: int, block: int, bidirectional: bool) -> None:
        super().__init__()
        self.block = block
        self.forward_lstm = nn.LSTM(width, hidden, batch_first=True)
        self.backward_lstm = nn.LSTM(width, hidden, batch_first=True) if bidirectional else None

    def forward(self, windows: torch.Tensor, state: State | None) -> tuple[torch.Tensor, State]:
        """Hidden states [B, K, W, state_size] and the carried state, of windows [B, K, W, D]."""
        batch, blocks, width, size = windows.shape
        if state is None:
            zeros = windows.new_zeros(1, batch, self.forward_lstm.hidden_size)
            state = zeros, zeros
        own = windows[:, :, : self.block]
        core, ends, after = self._run_blocks(own, state)
        ahead_input = windows[:, :, self.block :].reshape(batch * blocks, -1, size)
        ahead, _ = self.forward_lstm(ahead_input, ends)
        forward = torch.cat([core, ahead.unflatten(0, (batch, blocks))], 2)
        if self.backward_lstm is None:
            return forward, after
        flat = windows.reshape(batch * blocks, width, size)
        backward, _ = self.backward_lstm(flat.flip(1))
        backward = backward.flip(1).unflatten(0, (batch, blocks))
        return torch.cat([forward, backward], -1), after

    def _run_blocks(self, own: torch.Tensor, state: State) -> tuple[torch.Tensor, State, State]:
        """Forward states [B, K, block, H] of blocks [B, K, block, D], each block's last state
        ([1, B * K, H], twice) and the carried one.

        Few long blocks run one by one, as torch gives the cell of a run's last step alone. Many
        run as one, which a graphics card needs, and their cells are computed again.
        """
        batch, blocks, block, size = own.shape
        if blocks > _MOST_RUNS:
            flat = own.reshape(batch, blocks * block, size)
            core, after = self.forward_lstm(flat, state)
            cells = cells_at_ends(self.forward_lstm, flat, core, state, block)
            core = core.unflatten(1, (blocks, block))
            return core, tuple(v.flatten(0, 1)[None] for v in (core[:, :, -1], cells)), after
        runs, states = [], [state]
        for inputs in own.unbind(1):
            hidden, after = self.forward_lstm(inputs, states[-1])
            runs.append(hidden)
            states.append(after)
        ends = tuple(torch.stack(part, 2).flatten(1, 2) for part in zip(*states[1:], strict=True))
        return torch.stack(runs, 1), ends, states[-1]


class LocalAttention(nn.Module):
    """Additive attention of each block step over the hidden states around it."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        both = config.state_size
        self.config = config
        self.query = nn.Linear(both, config.attention)
        self.key = nn.Linear(both, config.attention, bias=False)
        self.score = nn.Parameter(torch.randn(config.attention) * config.attention**-0.5)
        self.offset = nn.Parameter(torch.zeros(2 * config.reach + 1))

    def forward(
        self, windows: torch.Tensor, left: torch.Tensor, seen: int
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Context [B, K, N, S] and weights [B, K, N, reach + W].

        Args:
            windows: hidden states [B, K, W, S]; the first N of W are the block's own.
            left: hidden states [B, reach, S] before the first block.
            seen: how many of ``left`` are real, counted from its right end.
        """
        config = self.config
        batch, blocks, width, size = windows.shape
        core = windows[:, :, : config.block]
        history = torch.cat([left, core.reshape(batch, blocks * config.block, size)], 1)
        before = history.unfold(1, config.reach, config.block)[:, :blocks].transpose(2, 3)
        around = torch.cat([before, windows], 2)

        window_keys = self.key(windows)
        own_keys = window_keys[:, :, : config.block].reshape(batch, blocks * config.block, -1)
        keys_before = torch.cat([self.key(left), own_keys], 1)
        keys_before = keys_before.unfold(1, config.reach, config.block)[:, :blocks].transpose(2, 3)
        key = torch.cat([keys_before, window_keys], 2)[:, :, None]
        query = self.query(core)[:, :, :, None]
        offsets, allowed = self._offsets(blocks, width, seen, windows.device)
        score = torch.tanh(query + key) @ self.score + self.offset[offsets]
        weights = torch.softmax(score.masked_fill(~allowed, float("-inf")), -1)
        return weights @ around, weights

    def _offsets(
        self, blocks: int, width: int, seen: int, device: torch.device
    ) -> tuple[torch.Tensor, torch.Tensor]:
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
    """Stacked audio features to ARKit channels."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.config = config
        self.register_buffer("feature_mean", torch.zeros(config.input_size))
        self.register_buffer("feature_std", torch.ones(config.input_size))
        widths = [config.input_size] + [config.state_size] * (config.layers - 1)
        self.layers = nn.ModuleList(
            LatencyControlledLayer(width, config.hidden, config.block, config.bidirectional)
            for width in widths
        )
        self.attention = LocalAttention(config) if config.attention else None
        self.output = nn.Linear(config.joined_size, config.stride * len(config.channels))
        self.dropout = nn.Dropout(0.0)

    def initial_state(self, batch: int) -> dict:
        """State before the first sample."""
        left = self.feature_mean.new_zeros(batch, self.config.reach, self.config.state_size)
        return {"lstm": [None] * self.config.layers, "left": left, "seen": 0}

    def encode(self, features: torch.Tensor, state: dict) -> tuple[torch.Tensor, dict]:
        """Hidden states [B, K * block, joined_size] of steps [B, K * block + right, input_size].

        The last ``right`` steps are context only; the next call starts with them.
        """
        config = self.config
        normal = (features - self.feature_mean) / self.feature_std
        hidden = normal.unfold(1, config.window, config.block).transpose(2, 3)
        carried = []
        for layer, before in zip(self.layers, state["lstm"], strict=True):
            hidden, after = layer(hidden, before)
            hidden = self.dropout(hidden)
            carried.append(after)
        core = hidden[:, :, : config.block]
        joined = core
        if self.attention is not None:
            context, _ = self.attention(hidden, state["left"], state["seen"])
            joined = torch.cat([core, context], -1)
        left = torch.cat([state["left"], core.flatten(1, 2)], 1)[:, -config.reach :]
        seen = min(config.reach, state["seen"] + core.shape[1] * config.block)
        return joined.flatten(1, 2), {"lstm": carried, "left": left, "seen": seen}

    def raw(self, joined: torch.Tensor) -> torch.Tensor:
        """Outputs in 0..1 before the output stage, [B, T, C], of joined [B, T / stride, J]."""
        return (
            torch.sigmoid(self.output(joined)).unflatten(-1, (self.config.stride, -1)).flatten(1, 2)
        )

    def seal(self, raw: torch.Tensor) -> torch.Tensor:
        """The output stage, as lip_seal.apply_seal does it, [B, T, C]."""
        names = self.config.channels
        column = dict(zip(names, raw.unbind(-1), strict=True))
        seal = (column["mouthClose"] / SURE_SEAL).clamp(max=1.0)
        tuck = ((column["mouthRollLower"] - TUCK_FROM) / (TUCK_TO - TUCK_FROM)).clamp(0.0, 1.0)
        column["jawOpen"] = column["jawOpen"] * (1.0 - (1.0 - TUCKED_JAW) * tuck)
        column["mouthRollLower"] = column["mouthRollLower"] * TUCK_ROLL
        column["mouthClose"] = seal * column["jawOpen"]
        for name in LOWER:
            column[name] = column[name] * (1.0 - seal) * (1.0 - tuck)
        for name in (*UPPER, FUNNEL):
            column[name] = column[name] * (1.0 - seal)
        return torch.stack([column[name] for name in names], -1)

    def forward(
        self, features: torch.Tensor, state: dict | None = None
    ) -> tuple[torch.Tensor, dict]:
        """Channels [B, K * block_frames, C] and the carried state; features as in encode."""
        state = state or self.initial_state(len(features))
        joined, state = self.encode(features, state)
        return self.seal(self.raw(joined)), state


def cells_at_ends(
    lstm: nn.LSTM, inputs: torch.Tensor, hidden: torch.Tensor, state: State, block: int
) -> torch.Tensor:
    """Cells [B, K, H] after each block of steps, which torch keeps to itself.

    The gates follow from the inputs [B, K * block, D] and the hidden states [B, K * block, H] that
    the LSTM gave; the cells then are a linear recurrence, c' = forget * c + input * candidate,
    summed over the blocks by doubling (W. D. Hillis and G. L. Steele, "Data parallel algorithms",
    CACM 29(12), 1986).
    """
    size = hidden.shape[-1]
    before = torch.cat([state[0].transpose(0, 1), hidden[:, :-1]], 1)
    gates = nn.functional.linear(inputs, lstm.weight_ih_l0[: 3 * size], lstm.bias_ih_l0[: 3 * size])
    gates = gates + nn.functional.linear(
        before, lstm.weight_hh_l0[: 3 * size], lstm.bias_hh_l0[: 3 * size]
    )
    take, keep, candidate = gates.unflatten(1, (-1, block)).chunk(3, -1)
    keeps = keep.sigmoid().unbind(2)
    gains = (take.sigmoid() * candidate.tanh()).unbind(2)
    kept, added = keeps[0], gains[0]
    for keep, gain in zip(keeps[1:], gains[1:], strict=True):
        added = keep * added + gain
        kept = keep * kept
    span = 1
    while span < kept.shape[1]:
        added = torch.cat([added[:, :span], added[:, span:] + kept[:, span:] * added[:, :-span]], 1)
        kept = torch.cat([kept[:, :span], kept[:, span:] * kept[:, :-span]], 1)
        span *= 2
    return added + kept * state[1].transpose(0, 1)
