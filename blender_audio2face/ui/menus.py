"""The menu Audio2Face, in the menus Object, Pose and Strip: F3 finds what stands in a menu."""

import bpy

from ..scene.properties import OWN_CONTEXT

_ENTRIES = (
    ("bake", "bake_all", "update", "preview", "play", "clear", "fix", "cancel"),
    ("sound_add", "add_demo_head"),
    ("speaker_add", "speaker_remove", "speaker_members"),
    ("mapping_edit", "mapping_guess", "calibrate", "link_show", "link_add", "link_remove"),
    ("mapping_load", "mapping_save", "pose_record", "link_head", "channel_strengths"),
    ("live_start", "live_stop", "live_record", "live_keep", "live_devices"),
    ("receive", "receive_stop", "send", "send_stop"),
)
"""Operators whose arguments may be left out, in groups."""


class AUDIO2FACE_MT_operators(bpy.types.Menu):
    bl_idname = "AUDIO2FACE_MT_operators"
    bl_label = "Audio2Face"
    bl_translation_context = OWN_CONTEXT

    def draw(self, _context) -> None:
        self.layout.operator_context = "INVOKE_DEFAULT"
        for place, group in enumerate(_ENTRIES):
            if place:
                self.layout.separator()
            for name in group:
                self.layout.operator(f"audio2face.{name}")
        self.layout.menu("AUDIO2FACE_MT_presets", text="Rig Preset")


CLASSES = (AUDIO2FACE_MT_operators,)


def _draw(menu, _context) -> None:
    menu.layout.separator()
    menu.layout.menu(AUDIO2FACE_MT_operators.bl_idname)


def _menus() -> tuple[type, ...]:
    return (bpy.types.VIEW3D_MT_object, bpy.types.VIEW3D_MT_pose, bpy.types.SEQUENCER_MT_strip)


def register() -> None:
    for menu in _menus():
        menu.append(_draw)


def unregister() -> None:
    for menu in _menus():
        menu.remove(_draw)
