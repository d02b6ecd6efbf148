"""What the operators share."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from bpy.props import StringProperty

from ....model.errors import A2FError, memory_errors_reported
from ...errors import PlanError
from ...scene.properties import OWN_CONTEXT
from ...scene.speakers import find_speaker, shown_speaker

if TYPE_CHECKING:
    from ...core.report import BakeReport


def speaker_property() -> StringProperty:
    """The ``speaker`` argument of operators that work on one."""
    return StringProperty(
        name="Speaker",
        description="Name of the speaker; empty for the one in the panel",
        options={"SKIP_SAVE"},
        translation_context=OWN_CONTEXT,
    )


def chosen_speaker(context, name: str):
    """The named speaker, else the one the panel shows. Raises PlanError without one."""
    if name:
        return find_speaker(context.scene, name)
    speaker = shown_speaker(context)
    if speaker is None:
        raise PlanError("No speaker is chosen: select a face that was baked, or add a speaker.")
    return speaker


def has_speaker(cls, context) -> bool:
    """``poll`` of operators that work on a speaker; a script may name another than the panel's."""
    if len(context.scene.audio2face.speakers):
        return True
    cls.poll_message_set("There is no speaker yet: bake a face, or add a speaker.")
    return False


def attempt(operator, act: Callable[[], str | None]) -> set[str]:
    """Runs ``act``; its text, or the sentence of its A2FError, is reported."""
    try:
        with memory_errors_reported():
            text = act()
    except A2FError as error:
        return refuse(operator, error)
    if text:
        operator.report({"INFO"}, text)
    return {"FINISHED"}


class SpeakerOperator:
    """An operator on one speaker: ``act`` gets it, and returns what to report.

    ``act`` may raise an A2FError; its sentence is reported and nothing was done.
    """

    bl_options = {"REGISTER", "UNDO"}

    speaker: speaker_property()

    @classmethod
    def poll(cls, context) -> bool:
        return has_speaker(cls, context)

    def execute(self, context) -> set[str]:
        return attempt(self, lambda: self.act(context, chosen_speaker(context, self.speaker)))


def refuse(operator, error: A2FError) -> set[str]:
    """Reports why nothing was done."""
    operator.report({"ERROR"}, str(error))
    return {"CANCELLED"}


def publish(operator, context, speaker, report: "BakeReport") -> None:
    """Puts a report where the artist looks: the panel, the status bar, the log.

    ``speaker`` is None where he is gone by now.
    """
    import logging

    log = logging.getLogger(__name__)
    if speaker is not None:
        speaker.report = report.text
    context.scene.audio2face.report = "\n".join(report.lines)
    for line in report.lines:
        log.info(line)
    operator.report({"WARNING" if report.hidden else "INFO"}, report.summary)
