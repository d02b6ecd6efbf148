"""Background work: its result, its error, its cancel."""

import threading
import time

import pytest
from a2f.blender_audio2face.job import CancelledError, Job, running, stop_all


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
