"""Look: dials that change the keys without a new analysis."""

import bpy

from ...scene.speakers import shown_speaker
from .common import SidebarPanel, SpeakerPanel, draw_lines, in_both_sidebars, split_column


class AUDIO2FACE_UL_strengths(bpy.types.UIList):
    """Channels, each with its strength."""

    def draw_item(self, _context, layout, _data, item, _icon, _active, _property) -> None:
        layout.prop(item, "strength", text=item.name, slider=True, translate=False)


class AUDIO2FACE_PT_look(SidebarPanel):
    bl_label = "Look"
    bl_order = 2
    bl_options = {"DEFAULT_CLOSED"}

    def draw_header_preset(self, context) -> None:
        self.layout.prop(context.scene.audio2face, "live", text="Live", toggle=True)

    def draw(self, context) -> None:
        speaker = shown_speaker(context)
        if speaker is None:
            lines = ["Bake first; then these dials change the keys at once."]
            draw_lines(self.layout, context, lines)
            return
        layout = split_column(self.layout)
        dials = speaker.dials
        column = layout.column(align=True)
        for name in ("overall", "jaw", "lips", "tongue", "upper_face"):
            column.prop(dials, name, slider=True)
        column = layout.column(align=True)
        for name in ("style", "emphasis", "smoothing", "ease", "pauses"):
            column.prop(dials, name, slider=True)
        column = layout.column(align=True)
        for name in ("close_bias", "asymmetry", "limit"):
            column.prop(dials, name, slider=True)
        layout.prop(dials, "offset_ms")


class AUDIO2FACE_PT_layers(SpeakerPanel):
    bl_label = "Eyes, Brows and Head"
    bl_parent_id = "AUDIO2FACE_PT_look"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context) -> None:
        layout = split_column(self.layout)
        dials = shown_speaker(context).dials
        layout.prop(dials, "blinks")
        row = layout.column()
        row.enabled = dials.blinks
        row.prop(dials, "blink_rate")
        column = layout.column(align=True)
        for name in ("brow_layer", "eye_darts", "head_nod"):
            column.prop(dials, name, slider=True)
        layout.prop(dials, "seed")


class AUDIO2FACE_PT_channels(SpeakerPanel):
    bl_label = "Each Channel"
    bl_parent_id = "AUDIO2FACE_PT_look"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context) -> None:
        dials = shown_speaker(context).dials
        if not len(dials.channels):
            self.layout.operator("audio2face.channel_strengths")
            return
        self.layout.template_list(
            "AUDIO2FACE_UL_strengths", "", dials, "channels", dials, "active_channel", rows=6
        )
        self.layout.operator("audio2face.channel_strengths", text="Reset").remove = True


CLASSES = (
    AUDIO2FACE_UL_strengths,
    *in_both_sidebars(AUDIO2FACE_PT_look, AUDIO2FACE_PT_layers, AUDIO2FACE_PT_channels),
)
