"""The sidebar tab of the 3D view."""

import textwrap

import bpy

from ..model.errors import A2FError
from . import job, sequencer_api
from .bake import request_from
from .operators import AUDIO2FACE_OT_bake, AUDIO2FACE_OT_cancel
from .targets import chosen_meshes
from .weights import chosen_weights

_PIXELS_PER_LETTER = 7
_ACTIVE_STRIP = "Active strip"
_BUNDLED = "Bundled network"


class AUDIO2FACE_MT_strips(bpy.types.Menu):
    bl_idname = "AUDIO2FACE_MT_strips"
    bl_label = "Sound Strip"
    bl_description = "The strip to speak from"

    def draw(self, context) -> None:
        names = [
            strip.name
            for scene in sequencer_api.sequencer_scenes(context)
            for strip in sequencer_api.sound_strips(scene)
        ]
        for name in ("", *names):
            entry = self.layout.operator("wm.context_set_string", text=name or _ACTIVE_STRIP)
            entry.data_path = "scene.audio2face.strip"
            entry.value = name


class AUDIO2FACE_PT_bake(bpy.types.Panel):
    bl_idname = "AUDIO2FACE_PT_bake"
    bl_label = "Audio2Face"
    bl_space_type = "VIEW_3D"
    bl_region_type = "UI"
    bl_category = "Audio2Face"

    def draw(self, context) -> None:
        layout = self.layout
        settings = context.scene.audio2face
        layout.menu(
            AUDIO2FACE_MT_strips.bl_idname, text=settings.strip or _ACTIVE_STRIP, icon="SOUND"
        )
        meshes = ", ".join(obj.name for obj in chosen_meshes(context))
        layout.label(text=meshes or "No mesh selected", icon="MESH_DATA")
        layout.prop(settings, "weights", text="", icon="NETWORK_DRIVE", placeholder=_BUNDLED)
        running = job.running()
        if running:
            _draw_progress(layout, running[0].progress)
        else:
            _draw_bake(layout, context)
        if settings.report:
            _draw_lines(layout.box(), context, settings.report.splitlines())


def _draw_progress(layout, fraction: float) -> None:
    row = layout.row(align=True)
    row.progress(factor=fraction, type="BAR", text=f"{fraction:.0%}")
    row.operator(AUDIO2FACE_OT_cancel.bl_idname, text="", icon="CANCEL")


def _draw_bake(layout, context) -> None:
    row = layout.row()
    row.operator(AUDIO2FACE_OT_bake.bl_idname, icon="SHAPEKEY_DATA")
    try:
        request_from(context, context.scene.audio2face.strip)
        chosen_weights(context.scene.audio2face.weights)
    except A2FError as error:
        row.enabled = False
        _draw_lines(layout, context, [str(error)])


def _draw_lines(layout, context, lines: list[str]) -> None:
    """Labels do not wrap in Blender; this does, to the width of the sidebar."""
    scale = context.preferences.system.ui_scale
    letters = max(int(context.region.width / (_PIXELS_PER_LETTER * scale)) - 4, 16)
    column = layout.column(align=True)
    for line in lines:
        for part in textwrap.wrap(line, letters):
            column.label(text=part)


CLASSES = (AUDIO2FACE_MT_strips, AUDIO2FACE_PT_bake)
