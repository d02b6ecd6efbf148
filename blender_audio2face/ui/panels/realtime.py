"""Real Time: the microphone, its level, and the recording."""

import bpy

from ....model.errors import A2FError
from ...realtime import running_session
from .common import SidebarPanel, draw_lines, in_both_sidebars

_DEFAULT = "Default Microphone"
_QUIETEST = -60.0
"""dBFS at which the meter begins."""


class AUDIO2FACE_MT_microphones(bpy.types.Menu):
    bl_idname = "AUDIO2FACE_MT_microphones"
    bl_label = "Microphone"
    bl_description = "The microphone that the face follows"

    def draw(self, context) -> None:
        from ...core.realtime.microphone import microphones

        try:
            names = ["", *(info.name for info in microphones())]
        except A2FError as error:
            draw_lines(self.layout, context, [str(error)], icon="ERROR")
            return
        for name in names:
            entry = self.layout.operator(
                "wm.context_set_string", text=name or _DEFAULT, translate=not name
            )
            entry.data_path = "window_manager.audio2face_live.device"
            entry.value = name
        self.layout.separator()
        self.layout.operator("audio2face.live_devices", icon="FILE_REFRESH")


class AUDIO2FACE_PT_realtime(SidebarPanel):
    bl_label = "Real Time"
    bl_order = 4

    def draw(self, context) -> None:
        layout, settings = self.layout, context.window_manager.audio2face_live
        session = running_session()
        if session is not None:
            _draw_running(layout, context, session)
            return
        layout.menu(
            AUDIO2FACE_MT_microphones.bl_idname,
            text=settings.device or _DEFAULT,
            icon="OUTLINER_OB_SPEAKER",
            translate=not settings.device,
        )
        column = layout.column(align=True)
        column.prop(settings, "gain")
        column.prop(settings, "low_latency")
        row = layout.row()
        row.scale_y = 1.4
        row.operator("audio2face.live_start", icon="PLAY")
        if settings.message:
            draw_lines(layout, context, [settings.message], icon="ERROR")


def _draw_running(layout, context, session) -> None:
    row = layout.row(align=True)
    row.scale_y = 1.4
    if session.engine.recording is None:
        row.operator("audio2face.live_record", text="Record", icon="RADIOBUT_ON")
        row.operator("audio2face.live_stop", icon="SNAP_FACE", text="Stop")
    else:
        row.alert = True
        row.operator("audio2face.live_keep", text="Keep Recording", icon="SNAP_FACE")
    rms, peak = session.engine.level
    loudness = min(max(1.0 - peak / _QUIETEST, 0.0), 1.0)
    layout.progress(factor=loudness, type="BAR", text=f"{max(rms, _QUIETEST):.0f} dB")
    draw_lines(layout.box(), context, list(_state_lines(session)))


def _state_lines(session):
    engine = session.engine
    if engine.recording is not None:
        yield f"Recorded: {engine.recording:.0f} s"
    yield f"Delay: {1000.0 * engine.delay:.0f} ms"
    counts = engine.counts
    if counts.missing or counts.late or counts.dropped:
        yield (
            f"Of {counts.blocks} blocks {counts.missing} were missing, {counts.late} late, "
            f"{counts.dropped} dropped"
        )


CLASSES = (AUDIO2FACE_MT_microphones, *in_both_sidebars(AUDIO2FACE_PT_realtime))
