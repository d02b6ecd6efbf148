"""Keys follow the dials: whatever property of a speaker changes, its keys are made again.

With a window this waits until the artist pauses, composes in a thread and writes in short steps, so
that the window never waits; the last value always wins. Without one it is done at once, as timers
never fire there.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import bpy

from ...model.errors import A2FError
from ..core import background_job
from ..core.background_job import CancelledError, Job
from ..scene.redraw import redraw_sidebars

if TYPE_CHECKING:
    from .pipeline import Outcome

_PAUSE = 0.15
"""Seconds without a change after which keys follow."""

_SOON = 0.25
"""Seconds; work that takes no longer is not given up for a newer value, so that the face follows
while a slider is dragged."""

_TICK = 0.02
_STEP_TICK = 0.005
_STEP_SECONDS = 0.012


@dataclass
class _Running:
    """Keys of one speaker that are on their way."""

    job: Job
    outcome: "Outcome"


_due: dict[tuple[int, str], float] = {}
"""(session_uid of the scene, name) of each speaker that changed -> when its keys are due."""

_running: dict[tuple[int, str], _Running] = {}
"""The one speaker whose keys are being made, if any."""


def on_speaker_change(speaker) -> None:
    """Keys a speaker's curves again; what prevents it goes into its report."""
    if not speaker.id_data.audio2face.live or not len(speaker.takes):
        return
    if not bpy.app.background:
        _schedule(speaker)
    elif not any(job.stepping for job in background_job.running()):
        _update_now(speaker)  # a bake that is being written finds the change


def flush() -> None:
    """Makes the keys of all that changed, straight through: before a file is saved."""
    for key in list(dict.fromkeys((*_running, *_due))):
        _cancel_running()
        _due.pop(key, None)
        speaker = _speaker(key)
        if speaker is not None:
            _update_now(speaker)


def cancel() -> None:
    """Forgets all that is due and gives up what is being made."""
    _due.clear()
    _cancel_running()


def pause() -> None:
    """Takes back what is being written, and leaves it due.

    Undo frees what it points at; a bake may be another speaker's.
    """
    for key in tuple(_running):
        _due[key] = time.monotonic() + _PAUSE
    _cancel_running()


def catch_up() -> None:
    """Makes the keys of speakers whose settings are not those of their keys, as after an undo."""

    from ..scene import speaker_settings

    for scene in bpy.data.scenes:
        for speaker in scene.audio2face.speakers:
            if not speaker_settings.is_keyed(speaker):
                on_speaker_change(speaker)


def unregister() -> None:
    """Gives up what is due and being made."""
    cancel()
    if bpy.app.timers.is_registered(advance):
        bpy.app.timers.unregister(advance)


def _schedule(speaker) -> None:
    key = speaker.id_data.session_uid, speaker.name
    _due[key] = time.monotonic() + _PAUSE
    running = _running.get(key)
    if running is not None and not running.job.done:
        left = running.job.seconds_left
        if left is None or left > _SOON:
            _cancel_running()
    if not bpy.app.timers.is_registered(advance):
        bpy.app.timers.register(advance, first_interval=_TICK)


def advance() -> float | None:
    """What Blender's timer does: goes on with the keys that are being made, or begins the next.

    Returns:
        Seconds until it wants to be called again; None when all is done.
    """
    if bpy.app.is_job_running("RENDER"):
        return _PAUSE  # its frames are to show one state
    for key, running in tuple(_running.items()):
        if not running.job.done:
            return _TICK
        if not _go_on(key, running):
            return _STEP_TICK
    if not _due:
        return None
    if background_job.running():
        return _TICK
    key = min(_due, key=_due.__getitem__)
    wait = _due[key] - time.monotonic()
    if wait > 0.0:
        return wait
    del _due[key]
    speaker = _speaker(key)
    if speaker is None:
        catch_up()  # it was renamed meanwhile
    elif len(speaker.takes):  # else it was cleared meanwhile
        _attempt(speaker, lambda: _start(key, speaker))
    return _TICK


def _start(key: tuple[int, str], speaker) -> None:
    from ...model.runtime import RuntimeChoice
    from . import pipeline
    from .plan import plan_reshape

    plan, outcome = plan_reshape(speaker), pipeline.Outcome()

    def work(on_progress: Callable[[float], None]):
        return pipeline.analyze_all((plan,), RuntimeChoice(), None, outcome, on_progress)

    def steps(bakes):
        again = yield from pipeline.check_and_write(bakes, outcome)
        if again:  # the settings changed meanwhile
            _due.setdefault(key, time.monotonic())

    job = Job(work, steps)
    job.exclusive = False  # a bake may begin, and pauses this
    _running[key] = _Running(job, outcome)
    job.start()


def _go_on(key: tuple[int, str], running: _Running) -> bool:
    """Takes steps; whether the last one is taken."""
    try:
        if not running.job.run_for(_STEP_SECONDS):
            return False
    except CancelledError:
        pass
    finally:
        if not running.job.stepping:
            _running.pop(key, None)
    speaker = _speaker(key)
    if speaker is not None:
        for _, _, report in running.outcome.written:
            speaker.report = report.text
        for refusal in running.outcome.refusals:
            speaker.report = str(refusal.error)
    else:
        catch_up()
    redraw_sidebars()
    return True


def _update_now(speaker) -> None:
    from . import pipeline
    from .plan import plan_reshape

    def update() -> None:
        speaker.report = pipeline.run(plan_reshape(speaker)).text

    _attempt(speaker, update)


def _attempt(speaker, act: Callable[[], None]) -> None:
    try:
        act()
    except A2FError as error:
        speaker.report = str(error)


def _cancel_running() -> None:
    for key in tuple(_running):
        _running.pop(key).job.cancel()


def _speaker(key: tuple[int, str]):
    """The speaker with a key, or None."""
    scene_uid, name = key
    for scene in bpy.data.scenes:
        if scene.session_uid == scene_uid:
            return scene.audio2face.speakers.get(name)
    return None
