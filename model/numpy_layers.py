"""The layers of numpy_network: one direction of an LSTM, and the local additive attention."""

from math import gcd

import numpy as np

from .network_config import NetworkConfig

_PANEL = 32  # columns; with up to 42 rows of 192 units OpenBLAS stays on the calling thread

CellState = tuple[np.ndarray, np.ndarray]
"""Hidden state and cell, each [B, H]."""


class Lstm:
    """One LSTM direction; gates in the order input, forget, output, cell.

    Weights are negated and the cell gate's doubled, so that one exponential serves all four gates:
    sigmoid(x) = 1 / (1 + exp(-x)), tanh(x) = 2 sigmoid(2x) - 1.
    """

    def __init__(self, arrays: dict[str, np.ndarray], prefix: str, hidden: int) -> None:
        self.hidden = hidden
        bias = arrays[f"{prefix}.bias_ih_l0"] + arrays[f"{prefix}.bias_hh_l0"]
        self.input = self._arranged(arrays[f"{prefix}.weight_ih_l0"]).T.copy()
        self.recurrent = _panels(self._arranged(arrays[f"{prefix}.weight_hh_l0"]).T)
        self.bias = self._arranged(bias)

    def _arranged(self, weight: np.ndarray) -> np.ndarray:
        """From torch's gate order (input, forget, cell, output)."""
        gate_i, gate_f, cell, gate_o = np.split(-weight.astype(np.float32), 4)
        return np.concatenate([gate_i, gate_f, gate_o, 2.0 * cell])

    def project(self, inputs: np.ndarray) -> np.ndarray:
        """Gate inputs [..., 4H] of inputs [..., D]."""
        flat = inputs.reshape(-1, inputs.shape[-1]) @ self.input
        flat += self.bias
        return flat.reshape(*inputs.shape[:-1], 4 * self.hidden)

    def run(self, gates: np.ndarray, state: CellState, output: np.ndarray) -> CellState:
        """Steps through gate inputs [T, B, 4H], fills output [T, B, H], returns the last state."""
        hidden, cell = state[0], state[1].copy()
        size = self.hidden
        gate = np.empty((len(hidden), 4 * size), np.float32)
        by_panel = gate.reshape(len(gate), len(self.recurrent), -1).transpose(1, 0, 2)
        take, keep, give, candidate = (gate[:, i * size : (i + 1) * size] for i in range(4))
        for step in range(len(gates)):
            np.matmul(hidden, self.recurrent, out=by_panel)
            gate += gates[step]
            np.exp(gate, out=gate)
            gate += 1.0
            np.reciprocal(gate, out=gate)
            candidate *= 2.0
            candidate -= 1.0
            candidate *= take
            cell *= keep
            cell += candidate
            hidden = np.tanh(cell, out=output[step])
            hidden *= give
        return hidden.copy(), cell


def _panels(weight: np.ndarray) -> np.ndarray:
    """Columns of weight [H, 4H] as panels [P, H, 32], each small enough for one BLAS thread.

    OpenBLAS wakes its threads for a product with 9216 weights (one vector) or 262144
    multiplications (several). A recurrent step is too short for that: on busy cores it waits for a
    thread that has no core, hundreds of times as long as the product takes.
    """
    rows, columns = weight.shape
    width = gcd(columns, _PANEL)
    return np.ascontiguousarray(weight.reshape(rows, -1, width).transpose(1, 0, 2))


class NumpyAttention:
    """network.LocalAttention for one stream: each step attends to the states within +-reach steps.

    Scores are sums of s tanh(x). As tanh(x) = 2 / (1 + exp(-2x)) - 1 and softmax ignores what all
    scores share, 2s / (1 + exp(-2x)) serves as well and takes a third of the time; the factor -2
    lies in the weights.
    """

    def __init__(self, config: NetworkConfig, arrays: dict[str, np.ndarray]) -> None:
        self._config = config
        self._key = -2.0 * arrays["attention.key.weight"].T
        self._query = -2.0 * arrays["attention.query.weight"].T
        self._query_bias = -2.0 * arrays["attention.query.bias"]
        self._score = 2.0 * arrays["attention.score"]
        self._offset = _offset_scores(config, arrays["attention.offset"])

    def __call__(self, windows: np.ndarray, history: np.ndarray, seen: int) -> np.ndarray:
        """Context [K * block, S].

        Args:
            windows: hidden states [W, K, S]; the first ``block`` of W are the block's own.
            history: hidden states [reach + K * block, S] from ``reach`` before the first block on.
            seen: how many of the first ``reach`` are real.
        """
        reach, block = self._config.reach, self._config.block
        count = len(history) - reach
        around = windows.transpose(1, 0, 2)
        before = _before(history[:-block], reach, block)

        window_keys = _project(windows, self._key)
        history_keys = np.concatenate([history[:reach] @ self._key, by_stream(window_keys[:block])])
        before_keys = _before(history_keys[:-block], reach, block)
        keys = np.concatenate([before_keys, window_keys.transpose(1, 0, 2)], 1)
        query = history[reach:] @ self._query
        query += self._query_bias

        inner = keys[:, None] + query.reshape(-1, block, 1, query.shape[1])
        np.exp(inner, out=inner)
        inner += 1.0
        np.reciprocal(inner, out=inner)
        score = inner @ self._score
        score += self._offset
        for k in range(-(-(reach - seen) // block)):
            score[k : k + 1, :, : reach - seen - k * block] = -np.inf
        weight = np.exp(score - score.max(2, keepdims=True))
        weight /= weight.sum(2, keepdims=True)
        context = weight[:, :, :reach] @ before
        context += weight[:, :, reach:] @ around
        return context.reshape(count, -1)


def by_stream(windows: np.ndarray) -> np.ndarray:
    """Rows [K * block, D] in the stream's order of blocks [block, K, D]."""
    return np.ascontiguousarray(windows.transpose(1, 0, 2)).reshape(-1, windows.shape[2])


def _before(rows: np.ndarray, reach: int, block: int) -> np.ndarray:
    """View [K, reach, D] of the ``reach`` rows before each of K blocks."""
    view = np.lib.stride_tricks.sliding_window_view(rows, reach, axis=0)
    return view[::block].transpose(0, 2, 1)


def _project(windows: np.ndarray, weight: np.ndarray) -> np.ndarray:
    flat = windows.reshape(-1, windows.shape[2]) @ weight
    return flat.reshape(*windows.shape[:2], -1)


def _offset_scores(config: NetworkConfig, scores: np.ndarray) -> np.ndarray:
    """Score [block, reach + W] of each step around a block for its time offset.

    -inf for those out of reach.
    """
    reach = config.reach
    offset = np.arange(reach + config.window) - reach - np.arange(config.block)[:, None]
    known = scores[np.clip(offset, -reach, reach) + reach]
    return np.where(np.abs(offset) <= reach, known, -np.inf).astype(np.float32)
