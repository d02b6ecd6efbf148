"""What the operators share: the speaker they work on, and how they report."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from bpy.props import StringProperty

from ....model.errors import A2FError, memory_errors_reported
from ...errors import PlanError
from ...scene.face_objects import chosen_objects, has_selection
from ...scene.properties import OWN_CONTEXT
from ...scene.speakers import add_speaker, find_speaker, shown_speaker

if TYPE_CHECKING:
    from ...core.report import BakeReport


def speaker_property() -> StringProperty:
    """The ``speaker`` property of operators that work on one."""
    return StringProperty(
        name="Character",
        description="Name of the character; empty for the one in the panel",
        options={"SKIP_SAVE"},
        translation_context=OWN_CONTEXT,
    )


def chosen_speaker(context, name: str):
    """The named speaker, else the one that the panels show. Raises PlanError without one."""
    if name:
        return find_speaker(context.scene, name)
    speaker = shown_speaker(context)
    if speaker is None:
        raise PlanError("No character is chosen: select a face that was baked, or add a character.")
    return speaker


def has_speaker(cls, context) -> bool:
    """``poll`` of operators on a speaker; scripts may name another one than the panels show."""
    if len(context.scene.audio2face.speakers):
        return True
    cls.poll_message_set("There is no character yet: bake a face, or add a character.")
    return False


def has_speaker_or_selection(cls, context) -> bool:
    """``poll`` of operators that also work on a selected face.

    Whether that can be keyed takes planning, which is too slow for each redraw: ``panel_state`` and
    the operator itself say so.
    """
    if len(context.scene.audio2face.speakers) or has_selection(context):
        return True
    cls.poll_message_set("No face is selected: select the meshes, or the armature, of the face.")
    return False


def attempt(operator, act: Callable[[], str | None]) -> set[str]:
    """Runs ``act`` and reports its text, or the sentence of its A2FError."""
    try:
        with memory_errors_reported():
            text = act()
    except A2FError as error:
        return refuse(operator, error)
    if text:
        operator.report({"INFO"}, text)
    return {"FINISHED"}


class SpeakerOperator:
    """Base of operators on one speaker.

    Subclasses define ``act(context, speaker)``, which returns the text to report, or None. It may
    raise an A2FError before it changes anything.
    """

    bl_options = {"REGISTER", "UNDO"}

    speaker: speaker_property()

    @classmethod
    def poll(cls, context) -> bool:
        return has_speaker(cls, context)

    def execute(self, context) -> set[str]:
        return attempt(self, lambda: self.act(context, chosen_speaker(context, self.speaker)))


class FaceOperator(SpeakerOperator):
    """Base of operators on one speaker that make one of the selected face where it has none."""

    @classmethod
    def poll(cls, context) -> bool:
        return has_speaker_or_selection(cls, context)

    def execute(self, context) -> set[str]:
        return attempt(self, lambda: self._act(context))

    def _act(self, context) -> str | None:
        if self.speaker or shown_speaker(context) is not None:
            return self.act(context, chosen_speaker(context, self.speaker))
        objects = chosen_objects(context)
        if not objects:
            raise PlanError("No face is selected: select the meshes, or the armature, of the face.")
        with ExitStack() as undo:
            text = self.act(context, add_speaker(context.scene, objects[0].name, objects, undo))
            undo.pop_all()
        return text


def refuse(operator, error: A2FError) -> set[str]:
    """Reports why nothing was done."""
    operator.report({"ERROR"}, str(error))
    return {"CANCELLED"}


def publish(operator, context, speaker, report: "BakeReport") -> None:
    """Shows a report in the panel, the status bar and the log.

    ``speaker`` is None where it no longer exists.
    """
    import logging  # costs Blender's start more than most of the add-on

    log = logging.getLogger(__name__)
    if speaker is not None:
        speaker.report = report.text
    context.scene.audio2face.report = "\n".join(report.lines)
    for line in report.lines:
        log.info(line)
    is_unexpected = report.hidden or report.warnings
    operator.report({"WARNING" if is_unexpected else "INFO"}, report.summary)
