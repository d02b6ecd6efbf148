"""The network's local additive attention in NumPy (network.LocalAttention, for one stream)."""

import numpy as np

from .network_config import NetworkConfig


class NumpyAttention:
    """Each step of a block attends to the hidden states within +-reach steps.

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
