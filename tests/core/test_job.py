"""Background work: its result, its error, its cancel."""

import threading
import time

import pytest
from a2f.blender_audio2face.core.background_job import (
    NON_CANCELLABLE,
    CancelledError,
    Job,
    running,
    stop_all,
    stop_stepping,
)


def test_result_and_progress() -> None:
    def work(on_progress):
        on_progress(0.25)
        on_progress(7.0)
        return "curves"

    job = Job(work)
    assert not job.done
    job.start()
    assert job.result() == "curves"
    assert job.done
    assert job.progress == 1.0


def test_error_reaches_whoever_asks() -> None:
    def work(_):
        raise ValueError("no such sound")

    job = Job(work)
    job.start()
    with pytest.raises(ValueError, match="no such sound"):
        job.result()


def test_cancel_ends_the_work_within_a_second() -> None:
    steps = []

    def work(on_progress):
        while True:
            steps.append(1)
            time.sleep(0.01)
            on_progress(0.5)

    job = Job(work)
    job.start()
    assert running() == [job]
    began = time.monotonic()
    job.cancel()
    assert running() == []
    with pytest.raises(CancelledError):
        job.result()
    assert time.monotonic() - began < 1.0
    count = len(steps)
    time.sleep(0.05)
    assert len(steps) == count


def test_a_late_cancel_still_discards_the_result() -> None:
    job = Job(lambda _: "curves")
    job.start()
    job.join()
    job.cancel()
    with pytest.raises(CancelledError):
        job.result()


def test_stop_all_waits_for_every_job() -> None:
    def work(on_progress):
        while True:
            time.sleep(0.01)
            on_progress(0.0)

    jobs = [Job(work), Job(work)]
    for job in jobs:
        job.start()
    stop_all(timeout=1.0)
    assert all(job.done for job in jobs)
    assert not any(isinstance(thread, Job) for thread in threading.enumerate())


class Written:
    """Three steps of which the last two cannot be taken back."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def steps(self, result: str):
        try:
            self.lines.append(result)
            yield
        except GeneratorExit:
            self.lines.append("taken back")
            raise
        self.lines.append("kept")
        yield NON_CANCELLABLE
        self.lines.append("noted")
        yield NON_CANCELLABLE
        self.lines.append("told")


def stepping_job() -> tuple[Job, Written]:
    written = Written()
    job = Job(lambda _: "curves", written.steps)
    job.start()
    assert job.result() == "curves"
    return job, written


def test_a_job_lasts_until_its_steps_are_taken() -> None:
    job, written = stepping_job()
    assert job.done and not job.stepping
    assert not job.run_for(0.0)
    assert job.stepping and running() == [job]
    assert job.run_for(60.0)
    assert written.lines == ["curves", "kept", "noted", "told"]
    job.join(5.0)
    assert running() == []


def test_cancel_takes_steps_back_where_it_can() -> None:
    job, written = stepping_job()
    job.run_for(0.0)
    stop_stepping()
    job.join(5.0)
    assert written.lines == ["curves", "taken back"]
    assert not job.is_alive()


def test_cancel_goes_on_to_the_end_where_it_cannot() -> None:
    job, written = stepping_job()
    job.run_for(0.0)
    job.run_for(0.0)
    job.cancel()
    assert written.lines == ["curves", "kept", "noted", "told"]


def test_a_step_that_fails_ends_the_job() -> None:
    def steps(_):
        yield
        raise MemoryError

    job = Job(lambda _: None, steps)
    job.start()
    job.result()
    assert not job.run_for(0.0)
    with pytest.raises(MemoryError):
        job.run_for(0.0)
    job.join(5.0)
    assert not job.stepping and not job.is_alive()


def test_steps_of_work_that_failed_raise_what_it_raised() -> None:
    def work(_):
        raise ValueError("no such sound")

    job = Job(work, lambda _: iter(()))
    job.start()
    with pytest.raises(ValueError, match="no such sound"):
        job.run_for(0.0)
    job.join(5.0)
    assert not job.is_alive()


def test_stop_stepping_lets_work_go_on() -> None:
    run_for = threading.Event()
    job = Job(lambda _: run_for.wait(5.0), lambda _: iter(()))
    job.start()
    stop_stepping()
    assert running() == [job]
    run_for.set()
    assert job.run_for(0.0)


def test_a_job_without_steps_has_none_to_take() -> None:
    job = Job(lambda _: "curves")
    job.start()
    assert job.run_for(0.0)
    assert not job.stepping


def test_a_job_ends_even_where_its_steps_cannot_be_taken_back() -> None:
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
    job.join(5.0)
    assert not job.is_alive()


def test_stop_all_gives_back_what_the_job_was_waited_for_with() -> None:
    job, _ = stepping_job()
    stopped = []
    job.on_stop = lambda: stopped.append(job.cancelled)
    stop_all(5.0)
    assert stopped == [True]
    assert not job.is_alive()
