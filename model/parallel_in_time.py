"""A recurrent network over one long sequence, as a batch of parts, without approximation.

A GPU takes one step of a batch as fast as one step of one sequence. The parts of a sequence run as
a batch from guessed states; then each part runs again from the state in which the part before it
ended, until no part's start moves any more. Starting every part with some seconds of warm-up
instead would not do: the trained network remembers a voice through half a minute of silence.
"""

import torch
from torch import nn

State = tuple[torch.Tensor, torch.Tensor]

_SETTLED = 1e-4  # of a state of order 1; the curves then differ by less


def run_in_parts(
    lstm: nn.LSTM, inputs: torch.Tensor, state: State, parts: int
) -> tuple[torch.Tensor, State]:
    """What ``lstm(inputs, state)`` gives, for one sequence.

    Args:
        lstm: one layer, one direction, batch first.
        inputs: [1, T, D], T > 0.
        state: hidden state and cell, each [1, 1, H].
        parts: how many parts run at once; the last steps that do not divide evenly run after them.

    Returns:
        Hidden states [1, T, H] and the last state.
    """
    length = inputs.shape[1] // parts
    if parts == 1 or length == 0:
        return lstm(inputs, state)
    batch = inputs[0, : length * parts].reshape(parts, length, -1)
    start = tuple(value.expand(1, parts, -1).contiguous() for value in state)
    for _ in range(parts):
        output, end = lstm(batch, start)
        follow = tuple(
            torch.cat([first, last[:, :-1]], 1) for first, last in zip(state, end, strict=True)
        )
        moved = max(float((a - b).abs().max()) for a, b in zip(follow, start, strict=True))
        start = follow
        if moved < _SETTLED:
            break
    hidden = output.reshape(1, length * parts, -1)
    last = tuple(value[:, -1:].contiguous() for value in end)
    if length * parts == inputs.shape[1]:
        return hidden, last
    rest, last = lstm(inputs[:, length * parts :], last)
    return torch.cat([hidden, rest], 1), last


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
    take, keep, candidate = take.sigmoid(), keep.sigmoid(), candidate.tanh()
    kept = keep[:, :, 0]
    added = take[:, :, 0] * candidate[:, :, 0]
    for step in range(1, block):
        added = keep[:, :, step] * added + take[:, :, step] * candidate[:, :, step]
        kept = keep[:, :, step] * kept
    span = 1
    while span < kept.shape[1]:
        added = torch.cat([added[:, :span], added[:, span:] + kept[:, span:] * added[:, :-span]], 1)
        kept = torch.cat([kept[:, :span], kept[:, span:] * kept[:, :-span]], 1)
        span *= 2
    return added + kept * state[1].transpose(0, 1)
