"""The network's forward pass in NumPy alone.

The same arithmetic as network.AttentionBiLSTM, arranged for one stream: recurrent steps that
depend on each other run one by one, the backward passes of all blocks run as one batch.
"""

from dataclasses import dataclass

import numpy as np

from .lip_seal import apply_seal
from .network_config import NetworkConfig


@dataclass
class StreamState:
    """What is carried from one call to the next.

    Attributes:
        forward: per layer, hidden and cell state of the forward LSTM, each [1, H].
        left: hidden states [reach, S] before the next block.
        seen: how many of ``left`` are real.
    """

    forward: list[tuple[np.ndarray, np.ndarray]]
    left: np.ndarray
    seen: int


class _Lstm:
    """One LSTM direction; gates in the order input, forget, output, cell.

    The cell gate's weights are doubled so that one exponential serves all four gates:
    tanh(x) = 2 sigmoid(2x) - 1.
    """

    def __init__(self, arrays: dict[str, np.ndarray], prefix: str, hidden: int) -> None:
        self.hidden = hidden
        bias = arrays[f"{prefix}.bias_ih_l0"] + arrays[f"{prefix}.bias_hh_l0"]
        self.input = self._arranged(arrays[f"{prefix}.weight_ih_l0"]).T.copy()
        self.recurrent = self._arranged(arrays[f"{prefix}.weight_hh_l0"]).T.copy()
        self.bias = self._arranged(bias)

    def _arranged(self, weight: np.ndarray) -> np.ndarray:
        """From torch's gate order (input, forget, cell, output), cell doubled."""
        gate_i, gate_f, cell, gate_o = np.split(weight.astype(np.float32), 4)
        return np.concatenate([gate_i, gate_f, gate_o, 2.0 * cell])

    def project(self, inputs: np.ndarray) -> np.ndarray:
        """Gate inputs [..., 4H] of inputs [..., D]."""
        flat = inputs.reshape(-1, inputs.shape[-1]) @ self.input
        flat += self.bias
        return flat.reshape(*inputs.shape[:-1], 4 * self.hidden)

    def run(self, gates: np.ndarray, state: tuple[np.ndarray, np.ndarray], output: np.ndarray):
        """Steps through gates [T, B, 4H] (overwritten), fills output [T, B, H], returns state."""
        hidden, cell = state
        size = self.hidden
        with np.errstate(over="ignore"):  # exp overflows to infinity, which is the right limit
            for step in range(len(gates)):
                gate = gates[step]
                gate += hidden @ self.recurrent
                np.negative(gate, out=gate)
                np.exp(gate, out=gate)
                gate += 1.0
                np.reciprocal(gate, out=gate)
                candidate = gate[:, 3 * size :]
                candidate *= 2.0
                candidate -= 1.0
                cell = gate[:, size : 2 * size] * cell + gate[:, :size] * candidate
                hidden = np.tanh(cell, out=output[step])
                hidden *= gate[:, 2 * size : 3 * size]
        return hidden.copy(), cell


class NumpyNetwork:
    """AttentionBiLSTM on NumPy arrays."""

    def __init__(self, config: NetworkConfig, arrays: dict[str, np.ndarray]) -> None:
        self.config = config
        self.arrays = arrays
        self._lstm = [
            tuple(
                _Lstm(arrays, f"layers.{layer}.{direction}", config.hidden)
                for direction in ("forward_lstm", "backward_lstm")
                if f"layers.{layer}.{direction}.bias_ih_l0" in arrays
            )
            for layer in range(config.layers)
        ]

    def initial_state(self) -> StreamState:
        """State before the first sample."""
        config = self.config
        zeros = np.zeros((1, config.hidden), np.float32)
        left = np.zeros((config.reach, config.state_size), np.float32)
        return StreamState([(zeros, zeros)] * config.layers, left, 0)

    def advance(self, features: np.ndarray, state: StreamState) -> tuple[np.ndarray, StreamState]:
        """Channels [K * block_frames, C] and the next state, of steps [K * block + right, D].

        The last ``right`` steps are context only; the next call starts with them.
        """
        config = self.config
        normal = (features - self.arrays["feature_mean"]) / self.arrays["feature_std"]
        windows = _windows(normal.astype(np.float32), config.window, config.block)
        carried = []
        for layer in range(config.layers):
            windows, after = self._layer(layer, windows, state.forward[layer])
            carried.append(after)
        core = windows[:, : config.block].reshape(-1, config.state_size)
        history = np.concatenate([state.left, core])
        joined = core
        if config.attention:
            context = self._attend(windows, history, state.seen)
            joined = np.concatenate([core, context], 1)
        logits = joined @ self.arrays["output.weight"].T
        logits += self.arrays["output.bias"]
        with np.errstate(over="ignore"):
            raw = (1.0 / (1.0 + np.exp(-logits))).reshape(-1, len(config.channels))
        seen = min(config.reach, state.seen + len(core))
        next_state = StreamState(carried, history[-config.reach :].copy(), seen)
        return apply_seal(config.channels, raw), next_state

    def _layer(self, layer: int, windows: np.ndarray, state: tuple[np.ndarray, np.ndarray]):
        """One latency-controlled layer: windows [K, W, D] to [K, W, S]."""
        config = self.config
        forward = self._lstm[layer][0]
        blocks, width, _ = windows.shape
        hidden, block = config.hidden, config.block
        result = np.empty((width, blocks, config.state_size), np.float32)

        core_gates = forward.project(windows[:, :block])[:, :, None]
        core = np.empty((blocks, block, 1, hidden), np.float32)
        ends = np.empty((2, blocks, hidden), np.float32)
        for k in range(blocks):
            state = forward.run(core_gates[k], state, core[k])
            ends[:, k] = state[0][0], state[1][0]
        result[:block, :, :hidden] = core[:, :, 0].transpose(1, 0, 2)

        by_time = np.ascontiguousarray(windows.transpose(1, 0, 2))
        ahead = np.empty((width - block, blocks, hidden), np.float32)
        forward.run(forward.project(by_time[block:]), (ends[0], ends[1]), ahead)
        result[block:, :, :hidden] = ahead

        if config.bidirectional:
            backward = self._lstm[layer][1]
            behind = np.empty((width, blocks, hidden), np.float32)
            zeros = np.zeros((blocks, hidden), np.float32)
            backward.run(backward.project(by_time[::-1]), (zeros, zeros), behind)
            result[:, :, hidden:] = behind[::-1]
        return np.ascontiguousarray(result.transpose(1, 0, 2)), state

    def _attend(self, windows: np.ndarray, history: np.ndarray, seen: int) -> np.ndarray:
        """Context [K * block, S] by additive attention within +-reach steps."""
        config, arrays = self.config, self.arrays
        reach, block = config.reach, config.block
        blocks = len(windows)
        before = _windows(history, reach, block)[:blocks]
        around = np.concatenate([before, windows], 1)
        key = around @ arrays["attention.key.weight"].T
        query = windows[:, :block] @ arrays["attention.query.weight"].T
        query += arrays["attention.query.bias"]
        column = np.arange(around.shape[1])
        real = column[None] >= reach - seen - block * np.arange(blocks)[:, None]
        context = np.empty((blocks, block, around.shape[2]), np.float32)
        for row in range(block):
            offset = column - reach - row
            near = np.flatnonzero(np.abs(offset) <= reach)
            score = np.tanh(key[:, near] + query[:, row, None]) @ arrays["attention.score"]
            score += arrays["attention.offset"][offset[near] + reach]
            score = np.where(real[:, near], score, -np.inf)
            weight = np.exp(score - score.max(1, keepdims=True))
            weight /= weight.sum(1, keepdims=True)
            context[:, row] = np.matmul(weight[:, None].astype(np.float32), around[:, near])[:, 0]
        return context.reshape(-1, around.shape[2])


def _windows(rows: np.ndarray, width: int, step: int) -> np.ndarray:
    """Overlapping windows [K, width, D] of rows [T, D], one every ``step`` rows."""
    view = np.lib.stride_tricks.sliding_window_view(rows, width, axis=0)[::step]
    return view.transpose(0, 2, 1)
