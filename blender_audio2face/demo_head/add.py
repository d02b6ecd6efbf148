"""The button that puts the demo head into the scene, and on request a sentence for it to speak."""

from pathlib import Path

import bpy
from bpy.props import BoolProperty
from mathutils import Vector

from ...model.errors import A2FError
from ..errors import BakeError
from ..scene.face_objects import has_shape_keys

SENTENCE = Path(__file__).with_name("sentence.flac")
STRIP_NAME = "Demo Sentence"
_HAS_SOUND = bpy.app.build_options.audaspace  # the bpy 4.2 of PyPI has none
_LAST_CHANNEL = 128
_APART = 2.4
"""Metres between heads side by side, so that their shoulders do not touch."""


class DemoHeadError(BakeError):
    """The demo head cannot be added."""


def check_place(context: bpy.types.Context) -> None:
    """Raises DemoHeadError where a new object could not be added or selected.

    Blender sees to it that the active collection is never a hidden one.
    """
    if context.mode != "OBJECT":
        raise DemoHeadError("Switch to Object Mode first.")
    place = context.collection
    if place.library is not None or place.override_library is not None:
        raise DemoHeadError(
            f'Collection "{place.name}" is linked: choose another one in the Outliner.'
        )


def add_sentence(context: bpy.types.Context) -> "bpy.types.Strip":
    """Put the sentence on the timeline at the current frame, above all strips; it becomes active.

    Raises:
        DemoHeadError: this Blender has no sound, or no channel is free.
    """

    from ..scene.sequencer_api import sequencer_scenes, strip_timing

    if not _HAS_SOUND:
        raise DemoHeadError("This Blender was built without sound: use one from blender.org.")
    scene = sequencer_scenes(context)[0]
    editor = scene.sequence_editor_create()
    strips = editor.strips if bpy.app.version >= (4, 4, 0) else editor.sequences
    channel = max((strip.channel for strip in strips), default=0) + 1
    if channel > _LAST_CHANNEL:
        raise DemoHeadError(
            f'The topmost channel of "{scene.name}" is taken: move its strips down in the '
            "Video Sequencer."
        )
    for other in strips:
        other.select = False
    strip = strips.new_sound(STRIP_NAME, str(SENTENCE), channel, scene.frame_current)
    strip.sound.name = STRIP_NAME
    strip.sound.pack()
    # Should the artist unpack it, the file goes beside the .blend, not into the extension.
    strip.sound.filepath = f"//{SENTENCE.name}"
    editor.active_strip = strip
    last = strip_timing(scene, strip).right_handle - 1
    scene.frame_end = max(scene.frame_end, last)
    return strip


def add_demo_head(context: bpy.types.Context, with_speech: bool) -> bpy.types.Object:
    """Add the head with its 52 ARKit shape keys, hair and sweater at the 3D cursor, or beside the
    face that is already there.

    The head alone becomes selected and active; all three go into the active collection.

    Args:
        context: gives scene, view layer, collection and cursor.
        with_speech: also put the sample sentence on the timeline, as `add_sentence` does.

    Returns:
        The object with the shape keys, "Demo Head".

    Raises:
        DemoHeadError: the active collection takes no objects, or the sentence cannot be added; then
            neither is the head.
    """
    from .asset import HEAD, read_asset
    from .objects import make_objects

    check_place(context)
    if with_speech:
        add_sentence(context)
    objects = make_objects(read_asset(HEAD))
    _link_objects(context, objects)
    head = objects[0]
    head.location = _free_place(context, head)
    for other in context.view_layer.objects:
        other.select_set(False)
    head.select_set(True)
    context.view_layer.objects.active = head
    return head


def _free_place(context: bpy.types.Context, head: bpy.types.Object) -> Vector:
    """The 3D cursor, or the first place to the right of it, along X, where no other face is."""
    others = [obj for obj in context.view_layer.objects if obj != head and has_shape_keys(obj)]
    place = context.scene.cursor.location.copy()
    while any((obj.location - place).length < _APART / 2 for obj in others):
        place.x += _APART
    return place


def _link_objects(context: bpy.types.Context, objects: list[bpy.types.Object]) -> None:
    """Link the objects to the active collection, and into the view's isolation if it has one."""
    space = context.space_data
    isolated = space is not None and space.type == "VIEW_3D" and space.local_view is not None
    for obj in objects:
        context.collection.objects.link(obj)
        if isolated:
            obj.local_view_set(space, True)


class AUDIO2FACE_OT_add_demo_head(bpy.types.Operator):
    """Add a head with the 52 ARKit shape keys at the 3D cursor, to try Bake Speech on"""

    bl_idname = "audio2face.add_demo_head"
    bl_label = "Add Demo Head"
    bl_options = {"REGISTER", "UNDO"}

    with_speech: BoolProperty(
        name="With Sentence",
        description="Also add a spoken sentence to the sequencer, at the current frame",
        default=False,
    )

    @classmethod
    def poll(cls, context) -> bool:
        try:
            check_place(context)
        except A2FError as error:
            cls.poll_message_set(str(error))
            return False
        return True

    def execute(self, context) -> set[str]:
        speech = self.with_speech and _HAS_SOUND
        try:
            head = add_demo_head(context, speech)
        except A2FError as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if self.with_speech and not speech:
            self.report({"WARNING"}, f"Added {head.name} only: this Blender has no sound")
        else:
            self.report({"INFO"}, f"Added {head.name}{' and its sentence' if speech else ''}")
        return {"FINISHED"}


CLASSES = (AUDIO2FACE_OT_add_demo_head,)
