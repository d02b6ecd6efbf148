"""One direction of an LSTM in NumPy."""

from math import gcd

import numpy as np

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
