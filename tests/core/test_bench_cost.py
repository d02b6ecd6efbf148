"""The clocks around a piece of work."""

import numpy as np

from tools.bench.cost import measured

MEGABYTE = 2**20


def test_memory_is_what_the_work_needed_at_its_peak() -> None:
    before = np.ones(100 * MEGABYTE, np.uint8)
    size, cost = measured(lambda: int(np.ones(50 * MEGABYTE, np.uint8).sum()))
    assert size == 50 * MEGABYTE
    assert 45 * MEGABYTE < cost.memory < 80 * MEGABYTE
    assert before.all()
    assert cost.wall > 0
    assert cost.cpu > 0


def test_the_peak_before_does_not_count() -> None:
    np.ones(200 * MEGABYTE, np.uint8)
    _, cost = measured(lambda: np.ones(20 * MEGABYTE, np.uint8).sum())
    assert cost.memory < 60 * MEGABYTE
