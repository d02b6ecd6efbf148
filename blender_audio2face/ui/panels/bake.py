"""Bake: the button, where its keys go, and the report."""

from typing import TYPE_CHECKING

from ...core import background_job
from ...scene import redraw
from ...scene.speakers import shown_speaker
from .. import panel_state
from .common import SidebarPanel, draw_lines, in_both_sidebars, is_playing, split_column
from .preview import draw_preview_button, draw_preview_state, preview_shown

if TYPE_CHECKING:
    from ...diagnostics.hidden_results import HiddenResult

_BUNDLED = "Bundled Network"


class AUDIO2FACE_PT_bake(SidebarPanel):
    bl_label = "Bake"
    bl_order = 3

    def draw(self, context) -> None:
        layout = self.layout
        speaker = shown_speaker(context)
        state = panel_state.read(context)
        running = background_job.running()
        if running:
            _draw_progress(layout, running[0])
        else:
            _draw_buttons(layout, context, speaker, state.bake_refusal)
            if state.sound_names:
                draw_lines(layout, context, [state.sound_names], icon="SOUND")
        baked = speaker is not None and len(speaker.takes)
        if baked:
            _draw_after(layout, context)
        if speaker is not None and speaker.report:
            _draw_summary(layout.box(), context, speaker.report)
        if baked:
            _draw_hidden(layout, context, state.hidden)
        _draw_strays(layout, context, state.strays)


class AUDIO2FACE_PT_report(SidebarPanel):
    bl_label = "Report"
    bl_parent_id = "AUDIO2FACE_PT_bake"
    bl_options = {"DEFAULT_CLOSED"}

    @classmethod
    def poll(cls, context) -> bool:
        speaker = shown_speaker(context)
        return speaker is not None and bool(_details(speaker.report))

    def draw(self, context) -> None:
        for line in _details(shown_speaker(context).report).splitlines():
            draw_lines(self.layout, context, [line])


class AUDIO2FACE_PT_output(SidebarPanel):
    bl_label = "Output"
    bl_parent_id = "AUDIO2FACE_PT_bake"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context) -> None:
        layout = split_column(self.layout)
        speaker = shown_speaker(context)
        if speaker is not None:
            layout.prop(speaker, "output")
            layout.prop(speaker, "reduction")
            if speaker.reduction == "REDUCED":
                layout.prop(speaker, "tolerance")
            elif speaker.reduction == "STEPPED":
                layout.prop(speaker, "hold")
            layout.prop(speaker, "only_preview_range")
        layout.prop(context.scene.audio2face, "weights", placeholder=_BUNDLED)


def _draw_progress(layout, bake) -> None:
    row = layout.row(align=True)
    row.progress(factor=bake.progress, type="BAR", text=redraw.progress_text(bake))
    row.operator("audio2face.cancel", text="", icon="CANCEL")


def _draw_buttons(layout, context, speaker, refusal: str) -> None:
    preview = preview_shown(context, speaker)
    both = layout.row(align=True)
    both.scale_y = 1.4
    row = both.row(align=True)
    row.operator("audio2face.bake", icon="SHAPEKEY_DATA")
    draw_preview_button(row if preview is None else both, preview)
    draw_preview_state(layout, context, preview)
    if len(context.scene.audio2face.speakers) > 1:
        layout.operator("audio2face.bake_all", icon="COMMUNITY")
    if refusal:
        row.enabled = False
        draw_lines(layout, context, [refusal], icon="INFO")


def _draw_after(layout, context) -> None:
    row = layout.row(align=True)
    if is_playing(context):
        row.operator("audio2face.play", text="Pause", icon="PAUSE")
    else:
        row.operator("audio2face.play", text="Play", icon="PLAY")
    row.operator("audio2face.update", text="Update", icon="FILE_REFRESH")
    row.operator("audio2face.clear", text="", icon="TRASH")


def _details(report: str) -> str:
    """What follows the summary and the problems; an older release wrote no problems."""
    shown, gap, details = report.partition("\n\n")
    return details if gap else shown.partition("\n")[2]


def _draw_summary(box, context, report: str) -> None:
    """What was keyed, and what went wrong."""
    shown, gap, _ = report.partition("\n\n")
    summary, *problems = shown.splitlines()
    draw_lines(box, context, [summary])
    for problem in problems if gap else ():
        draw_lines(box, context, [problem], icon="ERROR")


def _draw_hidden(layout, context, found: "tuple[HiddenResult, ...]") -> None:
    """What hides the result, each with a button that fixes it."""
    for index, hidden in enumerate(found):
        box = layout.box()
        draw_lines(box, context, [hidden.sentence], icon="ERROR")
        box.operator("audio2face.fix", text=hidden.check.fix_label).index = index


def _draw_strays(layout, context, sentences: tuple[str, ...]) -> None:
    """What is baked onto the face and is no speaker's."""
    if not sentences:
        return
    box = layout.box()
    for sentence in sentences:
        draw_lines(box, context, [sentence], icon="ERROR")
    box.operator("audio2face.clear", icon="TRASH")


CLASSES = in_both_sidebars(AUDIO2FACE_PT_bake, AUDIO2FACE_PT_output, AUDIO2FACE_PT_report)
