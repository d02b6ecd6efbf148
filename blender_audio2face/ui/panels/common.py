"""What the panels share: their place in both sidebars, and text that wraps."""

import blf
import bpy

from ...scene.properties import OWN_CONTEXT
from ...scene.redraw import TAB
from ...scene.speakers import shown_speaker

_SPACES = {"VIEW_3D": "V3D", "SEQUENCE_EDITOR": "SEQ"}
_UI_FONT = 0
_AROUND_TEXT = 76
"""Pixels of a sidebar, at a scale of 1, that its tabs, its margins and a box's margins take."""
_ICON = 20


class SidebarPanel:
    """Base of every panel here; ``in_both_sidebars`` fills in the space."""

    bl_region_type = "UI"
    bl_category = TAB
    bl_translation_context = OWN_CONTEXT


class SpeakerPanel(SidebarPanel):
    """Base of panels that only a speaker has."""

    @classmethod
    def poll(cls, context) -> bool:
        return shown_speaker(context) is not None


def in_both_sidebars(*panels: type) -> tuple[type, ...]:
    """The panel classes for the 3D view and again for the sequencer, parents matched."""
    classes = []
    for space, short in _SPACES.items():
        for panel in panels:
            names = {"bl_space_type": space, "bl_idname": f"{panel.__name__}_{short}"}
            parent = getattr(panel, "bl_parent_id", None)
            if parent is not None:
                names["bl_parent_id"] = f"{parent}_{short}"
            classes.append(type(names["bl_idname"], (panel, bpy.types.Panel), names))
    return tuple(classes)


def split_column(layout):
    """A column whose properties have their names on the left, and no dots to key them."""
    column = layout.column()
    column.use_property_split = True
    column.use_property_decorate = False
    return column


def is_playing(context) -> bool:
    """Whether the animation plays in the context's screen."""
    return context.screen is not None and context.screen.is_animation_playing


def draw_lines(layout, context, lines: list[str], icon: str = "NONE") -> None:
    """Labels do not wrap in Blender; this does, to the width of the sidebar.

    ``icon`` comes before the first line; the others are indented to the first one's text.
    """
    scale = context.preferences.system.ui_scale
    room = context.region.width - (_AROUND_TEXT + (_ICON if icon != "NONE" else 0)) * scale
    blf.size(_UI_FONT, context.preferences.ui_styles[0].widget.points * scale)
    column = layout.column(align=True)
    for line in lines:
        for part in _wrapped(line, room):
            column.label(text=part, translate=False, icon=icon)
            icon = icon if icon == "NONE" else "BLANK1"


def _wrapped(text: str, room: float) -> list[str]:
    """The text in lines of at most ``room`` pixels in Blender's font; a long word has its own."""
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and blf.dimensions(_UI_FONT, longer)[0] <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
