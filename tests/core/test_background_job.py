"""Background jobs: result, error and cancelling of their work and of their steps."""

import threading
import time
from collections.abc import Callable

import pytest
from a2f.blender_audio2face.core import background_job
from a2f.blender_audio2face.core.background_job import (
    NON_CANCELLABLE,
    CancelledError,
    Job,
    MainThreadTask,
    run_to_completion,
    running,
    stop_all,
    stop_stepping,
)


def endless(on_progress: Callable[[float], None]) -> None:
    while True:
        time.sleep(0.01)
        on_progress(0.5)


def failing(_on_progress: Callable[[float], None]) -> None:
    raise ValueError("no such sound")


def has_ended(job: Job) -> bool:
    job.join(5.0)
    return not job.is_alive() and job not in running()


def test_result_and_progress_reach_the_caller() -> None:
    def work(on_progress):
        on_progress(0.25)
        on_progress(7.0)
        return "curves"

    job = Job(work)
    assert not job.done
    job.start()
    assert job.result() == "curves"
    assert job.done and not job.stepping
    assert job.progress == 1.0
    assert job.run_for(0.0)


@pytest.mark.parametrize("ask", [Job.result, lambda job: job.run_for(0.0)])
def test_error_of_the_work_reaches_the_caller(ask: Callable[[Job], object]) -> None:
    job = Job(failing, lambda _: iter(()))
    job.start()
    with pytest.raises(ValueError, match="no such sound"):
        ask(job)
    job.cancel()
    assert has_ended(job)


def test_cancelling_ends_the_work_within_a_second() -> None:
    job = Job(endless)
    job.start()
    assert running() == [job]
    began = time.monotonic()
    job.cancel()
    assert running() == []
    with pytest.raises(CancelledError):
        job.result()
    assert has_ended(job)
    assert time.monotonic() - began < 1.0


def test_cancelling_after_the_work_discards_its_result() -> None:
    job = Job(lambda _: "curves")
    job.start()
    job.join()
    job.cancel()
    with pytest.raises(CancelledError):
        job.result()


def test_stop_all_waits_for_every_job() -> None:
    jobs = [Job(endless), Job(endless)]
    for job in jobs:
        job.start()
    stop_all(timeout=1.0)
    assert all(job.done for job in jobs)
    assert not any(isinstance(thread, Job) for thread in threading.enumerate())


class Written:
    """Three steps, of which the last two cannot be undone."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def steps(self, result: str) -> MainThreadTask[str]:
        try:
            self.lines.append(result)
            yield
        except GeneratorExit:
            self.lines.append("undone")
            raise
        self.lines.append("written")
        yield NON_CANCELLABLE
        self.lines.append("noted")
        yield NON_CANCELLABLE
        self.lines.append("reported")
        return "all"


WHOLE = ["curves", "written", "noted", "reported"]


def stepping_job() -> tuple[Job, Written]:
    written = Written()
    job = Job(lambda _: "curves", written.steps)
    job.start()
    assert job.result() == "curves"
    return job, written


def test_job_lasts_until_its_steps_are_taken() -> None:
    job, written = stepping_job()
    assert job.done and not job.stepping
    assert not job.run_for(0.0)
    assert job.stepping and running() == [job]
    assert job.run_for(60.0)
    assert written.lines == WHOLE
    assert has_ended(job)


def test_cancelling_undoes_steps_that_can_be_undone() -> None:
    job, written = stepping_job()
    job.run_for(0.0)
    stop_stepping()
    assert has_ended(job)
    assert written.lines == ["curves", "undone"]


def test_cancelling_completes_steps_that_cannot_be_undone() -> None:
    job, written = stepping_job()
    job.run_for(0.0)
    job.run_for(0.0)
    job.cancel()
    assert written.lines == WHOLE


def test_failing_step_ends_the_job() -> None:
    def steps(_):
        yield
        raise MemoryError

    job = Job(lambda _: None, steps)
    job.start()
    job.result()
    assert not job.run_for(0.0)
    with pytest.raises(MemoryError):
        job.run_for(0.0)
    assert has_ended(job)
    assert not job.stepping


def test_job_ends_even_if_undoing_its_steps_fails() -> None:
    def steps(_):
        try:
            yield
        finally:
            raise ReferenceError("removed")

    job = Job(lambda _: None, steps)
    job.start()
    job.result()
    job.run_for(0.0)
    with pytest.raises(ReferenceError, match="removed"):
        job.cancel()
    assert has_ended(job)


def test_stop_stepping_lets_work_in_the_thread_go_on() -> None:
    released = threading.Event()
    job = Job(lambda _: released.wait(5.0), lambda _: iter(()))
    job.start()
    stop_stepping()
    assert running() == [job]
    released.set()
    assert job.run_for(0.0)


def test_stop_all_calls_on_stop_of_a_cancelled_job() -> None:
    job, _ = stepping_job()
    stopped = []
    job.on_stop = lambda: stopped.append(job.cancelled)
    stop_all(5.0)
    assert stopped == [True]
    assert not job.is_alive()


def test_task_runs_to_its_result() -> None:
    written = Written()
    assert run_to_completion(written.steps("curves")) == "all"
    assert written.lines == WHOLE


def test_task_run_for_no_time_takes_one_step_and_says_whether_it_can_be_cancelled() -> None:
    written = Written()
    task = written.steps("curves")
    assert [background_job.run_for(task, 0.0) for _ in range(3)] == [True, False, False]
    with pytest.raises(StopIteration) as end:
        background_job.run_for(task, 1e6)
    assert end.value.value == "all"
    assert written.lines == WHOLE
