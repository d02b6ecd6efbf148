"""The button that brings a sound file into the sequencer."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty, StringProperty

from ...errors import StripError
from ...scene.kept_paths import absolute
from ...scene.properties import BLEND_RELATIVE
from .common import attempt

_LAST_CHANNEL = 128


class AUDIO2FACE_OT_sound_add(bpy.types.Operator):
    """Add a sound file to the sequencer: after the last sound, or else at the playhead"""

    bl_idname = "audio2face.sound_add"
    bl_label = "Add Sound of Speech"
    bl_options = {"REGISTER", "UNDO"}

    filepath: StringProperty(
        name="Sound File",
        description="Sound file with the speech",
        subtype="FILE_PATH",
        options={"SKIP_SAVE", *BLEND_RELATIVE},
    )
    filter_sound: BoolProperty(default=True, options={"HIDDEN"})
    filter_folder: BoolProperty(default=True, options={"HIDDEN"})

    @classmethod
    def poll(cls, _context) -> bool:
        if bpy.app.build_options.audaspace:
            return True
        cls.poll_message_set("This Blender was built without sound: use one from blender.org.")
        return False

    def invoke(self, context, _event) -> set[str]:
        context.window_manager.fileselect_add(self)
        return {"RUNNING_MODAL"}

    def execute(self, context) -> set[str]:
        from ...scene import sequencer_api

        def act() -> str:
            strip = _add(sequencer_api.sequencer_scenes(context)[0], self.filepath)
            return f"Added {strip.name}"

        return attempt(self, act)


def _add(scene, filepath: str):
    """A new strip, active, on a channel of its own. Raises StripError when there can be none."""

    from ...core.sound.decoders import CHOOSE, check_sound_file
    from ...scene import sequencer_api

    path = Path(absolute(filepath))
    check_sound_file(str(path), CHOOSE)
    ends = [
        sequencer_api.strip_timing(scene, strip).right_handle
        for strip in sequencer_api.sound_strips(scene)
    ]
    frame = max(ends, default=scene.frame_current)
    editor = scene.sequence_editor_create()
    strips = editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences
    channel = max((strip.channel for strip in strips), default=0) + 1
    if channel > _LAST_CHANNEL:
        raise StripError(f'The topmost channel of "{scene.name}" is taken: move its strips down.')
    try:
        strip = strips.new_sound(path.stem, filepath, channel, frame)
    except RuntimeError as error:
        raise StripError(f"Blender cannot read {path.name}: choose another file.") from error
    for other in strips:
        other.select = other == strip
    editor.active_strip = strip
    last = sequencer_api.strip_timing(scene, strip).right_handle - 1
    scene.frame_end = max(scene.frame_end, last)
    return strip


CLASSES = (AUDIO2FACE_OT_sound_add,)
