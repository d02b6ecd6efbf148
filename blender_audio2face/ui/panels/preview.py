"""Preview: the button beside the bake's, and how far it has listened. Part of the panel Bake."""

import bpy

from ...scene import redraw
from ...scene.face_objects import chosen_objects
from ...scene.speakers import members_of
from .common import draw_lines


def preview_shown(context, speaker):
    """The preview of the face that the panel shows; None where it has none."""
    if not _any_previews():
        return None
    from ...realtime.preview import preview_of

    objects = members_of(speaker) if speaker is not None else chosen_objects(context)
    return preview_of(frozenset(obj.session_uid for obj in objects))


def draw_preview_button(row, preview) -> None:
    """The button, pressed in where the face is previewed."""
    row.operator("audio2face.preview", icon="HIDE_OFF", depress=preview is not None)


def draw_preview_state(layout, context, preview) -> None:
    """How far it has listened, and what stands in its way."""
    if preview is None:
        return
    if preview.job is not None:
        layout.progress(
            factor=preview.job.progress, type="BAR", text=redraw.progress_text(preview.job)
        )
    if preview.trouble is not None:
        draw_lines(layout, context, [preview.trouble], icon="INFO")


def _any_previews() -> bool:
    """Whether there may be one, without importing what makes one."""
    return any(hasattr(one, "__self__") for one in bpy.app.handlers.frame_change_post)
