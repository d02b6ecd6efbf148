"""Buttons for the mapping: which control each channel moves."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, EnumProperty, IntProperty, StringProperty

from ...errors import PlanError
from ...scene import live_changes
from ...scene.kept_paths import absolute
from ...scene.properties import BLEND_RELATIVE
from ...scene.properties.links import is_unsure
from ...scene.speakers import add_members, members_of, shown_speaker
from .common import FaceOperator, SpeakerOperator


def _json_path() -> StringProperty:
    return StringProperty(
        name="File",
        description="JSON file with the mapping",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *BLEND_RELATIVE},
    )


def _make_editable(speaker) -> None:
    """Turns an automatic mapping into links, one at least for each output of the preset, and marks
    those that move nothing."""

    from ...scene.face_plan import editable_mapping
    from ...scene.speaker_settings import set_mapping

    set_mapping(speaker, editable_mapping(speaker))
    _mark_still(speaker)


def _mark_still(speaker) -> None:
    from ...scene.face_plan import still_shapes

    still = still_shapes(members_of(speaker))
    for link in speaker.links:
        link.still = link.kind == "shape" and link.target in still


class AUDIO2FACE_OT_preset(FaceOperator, bpy.types.Operator):
    """Use this naming of shape keys and controls for the face; replaces your own links"""

    bl_idname = "audio2face.preset"
    bl_label = "Choose Rig Preset"

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


class AUDIO2FACE_OT_mapping_edit(FaceOperator, bpy.types.Operator):
    """List every channel of the preset with what it moves, for you to edit and complete"""

    bl_idname = "audio2face.mapping_edit"
    bl_label = "Edit Mapping"

    def act(self, context, speaker) -> None:
        _make_editable(speaker)


class AUDIO2FACE_OT_mapping_guess(FaceOperator, bpy.types.Operator):
    """Find out what each shape key does from the points that it moves, whatever its name, and link
    the channels that have none yet"""

    bl_idname = "audio2face.mapping_guess"
    bl_label = "Guess Shape Keys by Geometry"

    replace: BoolProperty(
        name="Replace", description="Guess all links anew instead of completing those there are"
    )

    def act(self, context, speaker) -> str:
        from ...core.rigs.mapping import Mapping
        from ...scene.mapping_guess import guess_mapping
        from ...scene.speaker_settings import mapping_of, scores_of, set_mapping, set_scores

        before = Mapping("arkit", ()) if self.replace else mapping_of(speaker)
        guessed = guess_mapping(members_of(speaker), before)
        set_mapping(speaker, guessed.mapping)
        set_scores(speaker, {**scores_of(speaker), **guessed.scores})
        _mark_still(speaker)
        least = min(guessed.scores.values())
        if len(guessed.scores) == 1:
            return f"Guessed 1 link, {least:.0%} sure: look it over"
        return f"Guessed {len(guessed.scores)} links, the least sure at {least:.0%}: look them over"


class AUDIO2FACE_OT_calibrate(SpeakerOperator, bpy.types.Operator):
    """Measure on the mesh how far the mouth opens and whether sealed lips cross, and set the
    multipliers of the mapping so that they open as on film and touch"""

    bl_idname = "audio2face.calibrate"
    bl_label = "Calibrate Mouth"

    def act(self, context, speaker) -> str:
        from ...scene.face_calibration import calibrate_speaker

        findings = calibrate_speaker(speaker)
        speaker.calibration = "\n".join(findings)
        return " ".join(findings)


class AUDIO2FACE_OT_link_show(SpeakerOperator, bpy.types.Operator):
    """Show on the face, for a moment, what this channel moves when it is at its full"""

    bl_idname = "audio2face.link_show"
    bl_label = "Show Shape on Face"
    bl_options = {"REGISTER"}

    index: IntProperty(
        name="Link",
        description="Place in the list, counted from 0; -1 for the chosen link",
        default=-1,
        min=-1,
    )

    @classmethod
    def description(cls, context, properties) -> str:
        speaker = shown_speaker(context)
        if speaker is None or not 0 <= properties.index < len(speaker.links):
            return ""
        link = speaker.links[properties.index]
        if link.still:
            return f'Show on the face what {link.output} moves: "{link.target}" moves no vertex'
        if is_unsure(link):
            return (
                f'Show "{link.target}" on the face for a moment: it was guessed for '
                f"{link.output} by geometry, {link.score:.0%} sure"
            )
        return f"Show on the face, for a moment, what {link.output} moves when it is at its full"

    def act(self, context, speaker) -> None:
        from ...core.rigs.mapping import Mapping
        from ...face_override.moment import show_for_a_moment
        from ...scene.face_plan import plan_targets
        from ...scene.speaker_settings import mapping_of

        mapping = mapping_of(speaker)
        index = speaker.active_link if self.index < 0 else self.index
        if mapping is None or not 0 <= index < len(mapping.links):
            raise PlanError(f"The mapping has no link {index}; it has {len(speaker.links)}.")
        speaker.active_link = index
        output = mapping.links[index].output
        links = tuple(link for link in mapping.links if link.output == output and link.target.name)
        plans, skipped = plan_targets(members_of(speaker), Mapping(mapping.preset_id, links))
        if not plans:
            reasons = "; ".join(f'"{mesh.object_name}" {mesh.reason}' for mesh in skipped)
            why = reasons if links else "it has no target: choose one in the list"
            raise PlanError(f"{output} shows nothing: {why}.")
        show_for_a_moment(plans)


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
        linked = sum(bool(link.target.name) for link in mapping.links)
        return f"Saved {linked} links to {path.name}"


class AUDIO2FACE_OT_mapping_load(FaceOperator, bpy.types.Operator):
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


class AUDIO2FACE_OT_link_add(FaceOperator, bpy.types.Operator):
    """Add a link to the mapping; an automatic mapping becomes editable first"""

    bl_idname = "audio2face.link_add"
    bl_label = "Add Link to Mapping"

    def act(self, context, speaker) -> None:
        if not len(speaker.links):
            _make_editable(speaker)
        link = speaker.links.add()
        link.output = "jawOpen"
        speaker.active_link = len(speaker.links) - 1


class AUDIO2FACE_OT_link_remove(SpeakerOperator, bpy.types.Operator):
    """Remove the chosen link; without any link the mapping is automatic again"""

    bl_idname = "audio2face.link_remove"
    bl_label = "Remove Link from Mapping"

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
    bl_label = "Record Bone Pose"

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
    AUDIO2FACE_OT_mapping_guess,
    AUDIO2FACE_OT_calibrate,
    AUDIO2FACE_OT_link_show,
    AUDIO2FACE_OT_mapping_save,
    AUDIO2FACE_OT_mapping_load,
    AUDIO2FACE_OT_link_add,
    AUDIO2FACE_OT_link_remove,
    AUDIO2FACE_OT_pose_record,
    AUDIO2FACE_OT_link_head,
)
