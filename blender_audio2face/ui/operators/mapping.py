"""Buttons for the mapping: which control each channel moves."""

from pathlib import Path

import bpy
from bpy.props import EnumProperty, IntProperty, StringProperty

from ...errors import PlanError
from ...scene import live_changes
from ...scene.kept_paths import absolute
from ...scene.properties import BLEND_RELATIVE
from ...scene.speakers import add_members, members_of
from .common import SpeakerOperator


def _json_path() -> StringProperty:
    return StringProperty(
        name="File",
        description="JSON file with the mapping",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *BLEND_RELATIVE},
    )


def _make_editable(speaker) -> None:
    """Turns an automatic mapping into links, and marks those that move nothing."""

    from ...scene.face_plan import current_mapping, still_shapes
    from ...scene.speaker_settings import set_mapping

    set_mapping(speaker, current_mapping(speaker))
    still = still_shapes(members_of(speaker))
    for link in speaker.links:
        link.still = link.kind == "shape" and link.target in still


class AUDIO2FACE_OT_preset(SpeakerOperator, bpy.types.Operator):
    """Use this naming of shape keys and controls for the face; replaces your own links"""

    bl_idname = "audio2face.preset"
    bl_label = "Choose Preset"

    preset: StringProperty(
        name="Preset",
        description="Name of the preset, such as arkit; empty for the one that fits best",
    )

    def act(self, context, speaker) -> None:
        from ...core.rigs.preset import presets

        known = {preset.id for preset in presets()}
        if self.preset and self.preset not in known:
            raise PlanError(
                f'There is no preset "{self.preset}": choose one of {", ".join(sorted(known))}.'
            )
        with live_changes.batch_update(speaker):
            speaker.links.clear()
            speaker.preset = self.preset


class AUDIO2FACE_OT_mapping_edit(SpeakerOperator, bpy.types.Operator):
    """Turn the automatic mapping into a list of links that you can edit"""

    bl_idname = "audio2face.mapping_edit"
    bl_label = "Edit Mapping"

    def act(self, context, speaker) -> None:
        _make_editable(speaker)


class AUDIO2FACE_OT_mapping_save(SpeakerOperator, bpy.types.Operator):
    """Save the mapping as a JSON file, for other scenes and other artists"""

    bl_idname = "audio2face.mapping_save"
    bl_label = "Save Mapping"
    bl_options = {"REGISTER"}

    filepath: _json_path()
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def invoke(self, context, _event) -> set[str]:
        self.filepath = self.filepath or "face_mapping.json"
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context, speaker) -> str:
        from ....model.command.atomic_write import atomic_write
        from ...core.rigs.mapping_file import dumps
        from ...scene.face_plan import current_mapping

        mapping = current_mapping(speaker)
        path = Path(bpy.path.ensure_ext(absolute(self.filepath), ".json"))
        with atomic_write(path) as draft:
            draft.write_text(dumps(mapping), encoding="utf-8")
        return f"Saved {len(mapping.links)} links to {path.name}"


class AUDIO2FACE_OT_mapping_load(SpeakerOperator, bpy.types.Operator):
    """Replace the mapping with the one in a JSON file"""

    bl_idname = "audio2face.mapping_load"
    bl_label = "Load Mapping"

    filepath: _json_path()
    filter_glob: StringProperty(default="*.json", options={"HIDDEN"})

    def invoke(self, context, _event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def act(self, context, speaker) -> str:
        from ...core.rigs.mapping_file import load
        from ...scene.speaker_settings import set_mapping

        mapping = load(Path(absolute(self.filepath)))
        set_mapping(speaker, mapping)
        return f"Loaded {len(mapping.links)} links"


class AUDIO2FACE_OT_link_add(SpeakerOperator, bpy.types.Operator):
    """Add a link to the mapping; an automatic mapping becomes editable first"""

    bl_idname = "audio2face.link_add"
    bl_label = "Add Link"

    def act(self, context, speaker) -> None:
        if not len(speaker.links):
            _make_editable(speaker)
        link = speaker.links.add()
        link.output = "jawOpen"
        speaker.active_link = len(speaker.links) - 1


class AUDIO2FACE_OT_link_remove(SpeakerOperator, bpy.types.Operator):
    """Remove the chosen link; without any link the mapping is automatic again"""

    bl_idname = "audio2face.link_remove"
    bl_label = "Remove Link"

    index: IntProperty(
        name="Link",
        description="Place in the list, counted from 0; -1 for the chosen link",
        default=-1,
        min=-1,
    )

    def act(self, context, speaker) -> None:
        index = speaker.active_link if self.index < 0 else self.index
        if not 0 <= index < len(speaker.links):
            raise PlanError(f"The mapping has no link {index}; it has {len(speaker.links)}.")
        speaker.links.remove(index)
        speaker.active_link = min(speaker.active_link, max(len(speaker.links) - 1, 0))
        live_changes.on_change(speaker, context)


class AUDIO2FACE_OT_pose_record(SpeakerOperator, bpy.types.Operator):
    """Record the pose of the selected bones, either at rest or at the channel's extreme"""

    bl_idname = "audio2face.pose_record"
    bl_label = "Record Pose"

    state: EnumProperty(
        name="State",
        description="Which end of the movement this pose is",
        items=(
            ("REST", "Rest", "The pose while the channel is 0"),
            (
                "EXTREME",
                "Extreme",
                "The pose while the channel is 1; adds the bones to the mapping",
            ),
        ),
    )
    output: StringProperty(
        name="Channel", description="Empty for the channel in the panel", options={"SKIP_SAVE"}
    )

    @classmethod
    def poll(cls, context) -> bool:
        if not context.selected_pose_bones:
            cls.poll_message_set("Select the bones in Pose Mode.")
            return False
        return super().poll(context)

    def act(self, context, speaker) -> str:
        from ...scene.pose_bones import read_pose
        from ...scene.pose_recording import record_extreme, remember_rest

        bones = context.selected_pose_bones
        armature = bones[0].id_data
        pose = read_pose(armature, [bone.name for bone in bones if bone.id_data == armature])
        add_members(speaker, [armature])
        if self.state == "REST":
            remember_rest(speaker, pose)
            return f"Recorded the rest of {len(bones)} bones"
        return f"Made {record_extreme(speaker, self.output, pose)} links"


class AUDIO2FACE_OT_link_head(SpeakerOperator, bpy.types.Operator):
    """Let the head movement turn the head bone of the face's armature, from its present pose"""

    bl_idname = "audio2face.link_head"
    bl_label = "Link Head Bone"

    bone: StringProperty(
        name="Bone",
        description="Name of the bone; empty to find the head bone by its name",
        options={"SKIP_SAVE"},
    )

    def act(self, context, speaker) -> str:
        from ...scene.pose_recording import link_head

        return f'The head turns bone "{link_head(speaker, self.bone)}"'


CLASSES = (
    AUDIO2FACE_OT_preset,
    AUDIO2FACE_OT_mapping_edit,
    AUDIO2FACE_OT_mapping_save,
    AUDIO2FACE_OT_mapping_load,
    AUDIO2FACE_OT_link_add,
    AUDIO2FACE_OT_link_remove,
    AUDIO2FACE_OT_pose_record,
    AUDIO2FACE_OT_link_head,
)
