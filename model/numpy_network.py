"""The network's forward pass in NumPy alone, and the runtime on it, which every Blender has.

The same arithmetic as network.AttentionBiLSTM, arranged for one stream: recurrent steps that
depend on each other run one by one, the backward passes of all blocks run as one batch. Windows are
kept time first, [W, K, ...], so that each recurrent step reads and writes whole rows.
"""

from dataclasses import dataclass

import numpy as np

from .features import measure
from .framing import SAMPLE_RATE
from .lip_seal import apply_seal
from .network_config import NetworkConfig
from .numpy_layers import CellState, Lstm, NumpyAttention, by_stream
from .streaming import Runtime

_ROOM = 64 << 20
"""Bytes. OpenBLAS takes half of them at its first product, and tries for ever if it gets none."""


@dataclass
class StreamState:
    """What is carried from one call to the next.

    Attributes:
        forward: per layer, hidden and cell state of the forward LSTM, each [1, H].
        left: hidden states [reach, S] before the next block.
        seen: how many of ``left`` are real.
    """

    forward: list[CellState]
    left: np.ndarray
    seen: int


class NumpyNetwork:
    """AttentionBiLSTM on NumPy arrays; a streaming.StepNetwork."""

    piece = 4 * SAMPLE_RATE  # 40 blocks: wide enough for BLAS (see numpy_layers), soon done

    measure = staticmethod(measure)

    def __init__(self, config: NetworkConfig, arrays: dict[str, np.ndarray]) -> None:
        self.config = config
        self.arrays = arrays
        self._lstm = [
            tuple(
                Lstm(arrays, f"layers.{layer}.{direction}", config.hidden)
                for direction in ("forward_lstm", "backward_lstm")
                if f"layers.{layer}.{direction}.bias_ih_l0" in arrays
            )
            for layer in range(config.layers)
        ]
        self._attention = NumpyAttention(config, arrays) if config.attention else None

    def initial_state(self) -> StreamState:
        """State before the first sample."""
        config = self.config
        zeros = np.zeros((1, config.hidden), np.float32)
        left = np.zeros((config.reach, config.state_size), np.float32)
        return StreamState([(zeros, zeros)] * config.layers, left, 0)

    def advance(self, steps: np.ndarray, state: StreamState) -> tuple[np.ndarray, StreamState]:
        """Channels [K * block_frames, C] and the next state, of steps [K * block + right, D].

        The last ``right`` steps are context only; the next call starts with them.
        """
        windows, forward = self.first_layer(steps, state.forward[0])
        values, after = self.upper_layers(windows, state)
        after.forward[0] = forward
        return values, after

    def first_layer(self, steps: np.ndarray, state: CellState) -> tuple[np.ndarray, CellState]:
        """Windows [W, K, S] of steps [K * block + right, D], and the carried state.

        All windows lie on the same inputs, so each input is projected once and a block's right
        context holds the forward states of the blocks after it.
        """
        config = self.config
        normal = (steps - self.arrays["feature_mean"]) / self.arrays["feature_std"]
        inputs = normal.astype(np.float32)
        forward = self._lstm[0][0]
        result = self._empty_windows((len(inputs) - config.right) // config.block)
        own = len(inputs) - config.right
        hidden = np.empty((len(inputs), 1, config.hidden), np.float32)
        with np.errstate(over="ignore"):  # exp overflows to infinity, which is the right limit
            gates = forward.project(inputs)[:, None]
            state = forward.run(gates[:own], state, hidden[:own])
            forward.run(gates[own:], state, hidden[own:])
            result[:, :, : config.hidden] = self._windows(hidden[:, 0])
            if config.bidirectional:
                backward = self._lstm[0][1]
                self._run_backward(backward, self._windows(backward.project(inputs)), result)
        return result, state

    def upper_layers(
        self, windows: np.ndarray, state: StreamState
    ) -> tuple[np.ndarray, StreamState]:
        """Channels [K * block_frames, C] and the next state, of the first layer's windows
        [W, K, S]; the first layer's own state is left as it is."""
        config = self.config
        carried = [state.forward[0]]
        with np.errstate(over="ignore"):
            for layer in range(1, config.layers):
                windows, after = self._layer(layer, windows, state.forward[layer])
                carried.append(after)
            core = by_stream(windows[: config.block])
            history = np.concatenate([state.left, core])
            joined = core
            if self._attention is not None:
                context = self._attention(windows, history, state.seen)
                joined = np.concatenate([core, context], 1)
            logits = joined @ self.arrays["output.weight"].T
            logits += self.arrays["output.bias"]
            raw = (1.0 / (1.0 + np.exp(-logits))).reshape(-1, len(config.channels))
        seen = min(config.reach, state.seen + len(core))
        next_state = StreamState(carried, history[-config.reach :].copy(), seen)
        return apply_seal(config.channels, raw), next_state

    def _layer(
        self, layer: int, windows: np.ndarray, state: CellState
    ) -> tuple[np.ndarray, CellState]:
        """Windows [W, K, S] of windows [W, K, S] of the layer below, and the carried state."""
        config = self.config
        forward = self._lstm[layer][0]
        block, size = config.block, config.hidden
        blocks = windows.shape[1]
        result = self._empty_windows(blocks)

        gates = forward.project(windows)
        own = by_stream(gates[:block])[:, None]
        core = np.empty((blocks * block, 1, size), np.float32)
        ends = np.empty((2, blocks, size), np.float32)
        for k in range(blocks):
            steps = slice(k * block, (k + 1) * block)
            state = forward.run(own[steps], state, core[steps])
            ends[:, k] = state[0][0], state[1][0]
        result[:block, :, :size] = core.reshape(blocks, block, size).transpose(1, 0, 2)
        forward.run(gates[block:], (ends[0], ends[1]), result[block:, :, :size])
        if config.bidirectional:
            backward = self._lstm[layer][1]
            self._run_backward(backward, backward.project(windows), result)
        return result, state

    def _run_backward(self, lstm: Lstm, gates: np.ndarray, result: np.ndarray) -> None:
        """Fills the second half of result [W, K, S] from gate inputs [W, K, 4H]."""
        zeros = np.zeros((gates.shape[1], lstm.hidden), np.float32)
        lstm.run(gates[::-1], (zeros, zeros), result[::-1, :, lstm.hidden :])

    def _empty_windows(self, blocks: int) -> np.ndarray:
        return np.empty((self.config.window, blocks, self.config.state_size), np.float32)

    def _windows(self, rows: np.ndarray) -> np.ndarray:
        """View [W, K, D] of rows [K * block + right, D]: one window for every block."""
        view = np.lib.stride_tricks.sliding_window_view(rows, self.config.window, axis=0)
        return view[:: self.config.block].transpose(2, 0, 1)


class NumpyRuntime(Runtime):
    """Runs the network on the CPU in stretches of a few seconds of sound."""

    name = "numpy"
    device = "cpu"

    def __init__(self, config: NetworkConfig, arrays: dict[str, np.ndarray]) -> None:
        """Raises MemoryError where there is no room to compute in."""
        np.empty(_ROOM, np.uint8)
        self.config = config
        self.steps = NumpyNetwork(config, arrays)
