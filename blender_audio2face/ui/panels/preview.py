"""Preview: the button beside the bake's, and its progress. Part of the panel Bake."""

from ...preview import preview_of
from ...scene import redraw
from ...scene.face_objects import selected_objects
from ...scene.speakers import members_of
from .common import draw_lines


def preview_shown(context, speaker):
    """The preview of the face that the panel shows; None where it has none."""

    objects = members_of(speaker) if speaker is not None else selected_objects(context)
    return preview_of(frozenset(obj.session_uid for obj in objects))


def draw_preview_button(row, preview) -> None:
    """The button, pressed in while the face is previewed."""
    row.operator("audio2face.preview", text="Preview", icon="HIDE_OFF", depress=preview is not None)


def draw_preview_state(layout, context, preview) -> None:
    """The progress of the analysis, and why nothing is shown."""
    if preview is None:
        return
    if preview.job is not None:
        layout.progress(
            factor=preview.job.progress, type="BAR", text=redraw.progress_text(preview.job)
        )
    if preview.problem is not None:
        draw_lines(layout, context, [preview.problem], icon="INFO")
