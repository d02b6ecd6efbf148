"""Work in steps: taken all at once, or for a while."""

import pytest
from a2f.blender_audio2face.core.background_job import (
    NON_CANCELLABLE,
    MainThreadTask,
    run_for,
    run_to_completion,
)


def steps(done: list[int]) -> MainThreadTask[str]:
    """Three steps, the second of which cannot be given up."""
    for number, state in enumerate((None, NON_CANCELLABLE, None)):
        done.append(number)
        yield state
    return "all"


def test_all_at_once() -> None:
    done: list[int] = []
    assert run_to_completion(steps(done)) == "all"
    assert done == [0, 1, 2]


def test_a_while_that_is_over_takes_one_step_and_tells_whether_it_can_be_given_up() -> None:
    done: list[int] = []
    work = steps(done)
    assert [run_for(work, 0.0) for _ in range(3)] == [True, False, True]
    assert done == [0, 1, 2]
    with pytest.raises(StopIteration) as end:
        run_for(work, 0.0)
    assert end.value.value == "all"


def test_a_while_that_lasts_takes_steps_to_the_end() -> None:
    done: list[int] = []
    with pytest.raises(StopIteration):
        run_for(steps(done), 1e6)
    assert done == [0, 1, 2]
