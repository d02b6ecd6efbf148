"""What the panels share: where they stand, and text that wraps."""

import textwrap

import bpy

_PIXELS_PER_LETTER = 7
_SPACES = {"VIEW_3D": "V3D", "SEQUENCE_EDITOR": "SEQ"}


class SidebarPanel:
    """Of every panel here; the space is filled in by in_both_sidebars."""

    bl_region_type = "UI"
    bl_category = "Audio2Face"


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


def draw_lines(layout, context, lines: list[str]) -> None:
    """Labels do not wrap in Blender; this does, to the width of the sidebar."""
    scale = context.preferences.system.ui_scale
    letters = max(int(context.region.width / (_PIXELS_PER_LETTER * scale)) - 4, 16)
    column = layout.column(align=True)
    for line in lines:
        for part in textwrap.wrap(bpy.app.translations.pgettext_rpt(line), letters):
            column.label(text=part, translate=False)
