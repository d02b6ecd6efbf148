"""Face: what moves, by which naming, and the mapping link by link."""

import bpy

from ...scene.properties.links import is_unsure
from ...scene.speakers import members_of, shown_speaker
from .. import panel_state
from .common import SidebarPanel, SpeakerPanel, draw_lines, in_both_sidebars, split_column

_AUTOMATIC = "Automatic"


class AUDIO2FACE_MT_presets(bpy.types.Menu):
    bl_idname = "AUDIO2FACE_MT_presets"
    bl_label = "Preset"
    bl_description = "Naming that the rig follows"

    def draw(self, _context) -> None:
        from ...core.rigs.preset import presets

        operator = "audio2face.preset"
        self.layout.operator(operator, text=_AUTOMATIC).preset = ""
        for preset in presets():
            entry = self.layout.operator(operator, text=preset.label, translate=False)
            entry.preset = preset.id


class AUDIO2FACE_UL_links(bpy.types.UIList):
    """Links of the mapping: channel, target, and a button that shows it, marked where it moves
    nothing or was guessed without being sure."""

    def draw_item(self, _context, layout, _data, item, _icon, _active, _property, index) -> None:
        split = layout.split(factor=0.6, align=True)
        row = split.row()
        row.active = item.enabled
        row.label(text=_short(item.output), translate=False)
        row = split.row(align=True)
        row.prop(item, "target", text="", placeholder="Nothing", emboss=False)
        icon = "ERROR" if item.still else "QUESTION" if is_unsure(item) else "HIDE_OFF"
        row.operator("audio2face.link_show", text="", icon=icon, emboss=False).index = index

    def filter_items(self, _context, data, property_name):
        links = getattr(data, property_name)
        if not self.filter_name:
            return [], []
        wanted = self.filter_name.casefold()
        shown = [
            self.bitflag_filter_item if wanted in f"{link.output} {link.target}".casefold() else 0
            for link in links
        ]
        return shown, []


class AUDIO2FACE_PT_face(SidebarPanel):
    bl_label = "Face"
    bl_order = 1

    def draw(self, context) -> None:
        layout = self.layout
        speaker = shown_speaker(context)
        state = panel_state.read(context)
        names = state.face_names or ("No face selected" if state.subject else "")
        if len(state.parts) > 1:
            names = f"{len(state.parts)} objects"  # by name below
        row = layout.row(align=True)
        row.label(text=names, icon="MESH_DATA", translate=not state.face_names)
        if speaker is not None:
            row.operator("audio2face.speaker_members", text="", icon="ADD")
        if state.scene_has_face:
            _draw_demo_head(row, state, text="")
        else:
            _draw_demo_head(layout, state)
        _draw_parts(layout, speaker, state)
        if speaker is not None or state.has_shape_keys:
            preset = speaker.preset if speaker is not None else ""
            layout.menu(
                AUDIO2FACE_MT_presets.bl_idname,
                text=state.preset_label or preset or _AUTOMATIC,
                icon="ARMATURE_DATA",
                translate=not preset,
            )
        elif state.has_armature:
            layout.operator("audio2face.speaker_add", icon="ADD")  # then bones are recorded
        if state.naming:
            draw_lines(layout, context, [state.naming], "NONE" if state.names_known else "INFO")
        if not state.names_known:
            layout.operator("audio2face.mapping_guess", text="Guess by Geometry", icon="VIEWZOOM")
            row = layout.row(align=True)
            row.operator("audio2face.mapping_edit", text="Mapping", icon="ADD")
            if speaker is None:
                row.operator("audio2face.speaker_add", icon="USER")


class AUDIO2FACE_PT_mapping(SpeakerPanel):
    bl_label = "Mapping"
    bl_parent_id = "AUDIO2FACE_PT_face"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context) -> None:
        layout = self.layout
        speaker = shown_speaker(context)
        row = layout.row(align=True)
        row.operator("audio2face.mapping_edit", text="Edit")
        row.operator("audio2face.mapping_guess", text="Guess")
        row.operator("audio2face.mapping_load", text="", icon="FILE_FOLDER")
        row.operator("audio2face.mapping_save", text="", icon="FILE_TICK")
        row.operator("audio2face.link_add", text="", icon="ADD")
        if len(speaker.links):
            row.operator("audio2face.link_remove", text="", icon="REMOVE")
        layout.operator("audio2face.calibrate", icon="DRIVER_DISTANCE")
        if len(speaker.links) and speaker.calibration:
            draw_lines(layout, context, speaker.calibration.splitlines())
        _draw_recorder(layout, speaker)
        if not len(speaker.links):
            return
        layout.template_list(
            "AUDIO2FACE_UL_links", "", speaker, "links", speaker, "active_link", rows=10
        )
        if 0 <= speaker.active_link < len(speaker.links):
            _draw_link(layout, speaker.links[speaker.active_link])


def _short(output: str) -> str:
    """An output's name for a narrow sidebar, which would cut off what tells left from right."""
    for side in ("Left", "Right"):
        if output.endswith(side):
            return f"{output.removesuffix(side)} {side[0]}"
    return output


def _draw_link(layout, link) -> None:
    layout = split_column(layout)
    layout.prop(link, "enabled")
    layout.prop(link, "output")
    layout.prop(link, "kind")
    layout.prop(link, "target")
    if link.score:
        layout.prop(link, "score", slider=True)
    if link.kind != "shape":
        layout.prop(link, "path")
        layout.prop(link, "component")
    column = layout.column(align=True)
    column.prop(link, "multiplier")
    column.prop(link, "offset")
    if link.kind != "shape":
        column = layout.column(align=True)
        column.prop(link, "rest")
        column.prop(link, "extreme")


def _draw_parts(layout, speaker, state: panel_state.PanelState) -> None:
    """The objects of a character of several, each with a check that says whether it is keyed."""
    if speaker is not None:
        if len(speaker.members) > 1:
            column = layout.column(align=True)
            for member in speaker.members:
                if member.object is not None:
                    column.prop(member, "use", text=member.object.name, translate=False)
    elif len(state.parts) > 1:
        column = layout.column(align=True)
        for name in state.parts:
            row = column.row()
            row.alignment = "LEFT"
            button = row.operator(
                "audio2face.member_use",
                text=name, icon="CHECKBOX_HLT", emboss=False, translate=False,
            )  # fmt: skip
            button.object, button.use = name, False


def _draw_recorder(layout, speaker) -> None:
    if not any(obj.type == "ARMATURE" for obj in members_of(speaker)):
        return
    column = layout.column(align=True)
    column.prop(speaker, "record_output", text="")
    row = column.row(align=True)
    row.operator("audio2face.pose_record", text="Record Rest").state = "REST"
    row.operator("audio2face.pose_record", text="Record Extreme").state = "EXTREME"


def _draw_demo_head(layout, state: panel_state.PanelState, **options) -> None:
    """The button that adds a demo head, with its sentence where there is no sound yet."""
    button = layout.operator("audio2face.add_demo_head", icon="MONKEY", **options)
    button.with_speech = not state.scene_has_sound


CLASSES = (
    AUDIO2FACE_MT_presets,
    AUDIO2FACE_UL_links,
    *in_both_sidebars(AUDIO2FACE_PT_face, AUDIO2FACE_PT_mapping),
)
