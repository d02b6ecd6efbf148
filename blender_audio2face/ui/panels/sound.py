"""Sound: the speakers, and where their voices are."""

import bpy

from ...scene.speakers import shown_speaker
from .. import panel_state
from .common import SidebarPanel, draw_lines, in_both_sidebars

_ACTIVE_STRIP = "Active Strip"


class AUDIO2FACE_UL_speakers(bpy.types.UIList):
    """Speakers, with a check mark for those that were baked."""

    def draw_item(self, _context, layout, _data, item, _icon, _active, _property) -> None:
        row = layout.row(align=True)
        row.prop(item, "name", text="", emboss=False, icon="USER", translate=False)
        row.label(text="", icon="CHECKMARK" if len(item.takes) else "BLANK1")


class AUDIO2FACE_MT_strips(bpy.types.Menu):
    bl_idname = "AUDIO2FACE_MT_strips"
    bl_label = "Sound Strip"
    bl_description = "The strip with the speech"

    def draw(self, context) -> None:
        from ...scene import sequencer_api

        speaker = shown_speaker(context)
        owner = speaker if speaker is not None else context.scene.audio2face
        names = [
            strip.name
            for scene in sequencer_api.sequencer_scenes(context)
            for strip in sequencer_api.sound_strips(scene)
        ]
        for name in ("", *names):
            entry = self.layout.operator(
                "wm.context_set_string", text=name or _ACTIVE_STRIP, translate=not name
            )
            entry.data_path = f"scene.{owner.path_from_id()}.strip"
            entry.value = name


class AUDIO2FACE_PT_sound(SidebarPanel):
    bl_label = "Sound"
    bl_order = 0

    def draw(self, context) -> None:
        layout = self.layout
        settings = context.scene.audio2face
        if len(settings.speakers):
            row = layout.row()
            row.template_list(
                "AUDIO2FACE_UL_speakers", "", settings, "speakers", settings, "shown_row",
                rows=2,
            )  # fmt: skip
            side = row.column(align=True)
            side.operator("audio2face.speaker_add", text="", icon="ADD")
            side.operator("audio2face.speaker_remove", text="", icon="REMOVE")
        speaker = shown_speaker(context)
        if speaker is None:
            _draw_strip(layout, context, settings.strip)
            return
        layout.row().prop(speaker, "source", expand=True)
        if speaker.source == "STRIP":
            _draw_strip(layout, context, speaker.strip)
        elif speaker.source == "CHANNEL":
            layout.prop(speaker, "channel")
            draw_lines(layout, context, [panel_state.read(context).sound_names], icon="BLANK1")
        else:
            layout.prop(speaker, "file", text="")
            layout.prop(speaker, "file_frame")
        layout.row(align=True).prop(speaker, "shown_sound_channel", expand=True)
        if speaker.shown_sound_channel == "NUMBER":
            layout.prop(speaker, "sound_channel")


def _draw_strip(layout, context, name: str) -> None:
    """The choice of a strip and a button that adds one; without any strip only the button."""
    state = panel_state.read(context)
    if not state.scene_has_sound:
        layout.operator("audio2face.sound_add", text="Add Sound", icon="FILE_SOUND")
        return
    row = layout.row(align=True)
    row.menu(
        AUDIO2FACE_MT_strips.bl_idname,
        text=name or _ACTIVE_STRIP,
        icon="SOUND",
        translate=not name,
    )
    row.operator("audio2face.sound_add", text="", icon="ADD")
    if state.sound_names and state.sound_names != name:
        draw_lines(layout, context, [state.sound_names], icon="BLANK1")


CLASSES = (
    AUDIO2FACE_UL_speakers,
    AUDIO2FACE_MT_strips,
    *in_both_sidebars(AUDIO2FACE_PT_sound),
)
