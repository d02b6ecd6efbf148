"""What the interface says in other languages; English stands where it is used.

One module for each language, each a dictionary from (context, English) to its own words, in the
terms of Blender's own translation. tests/blender/test_translations.py holds them complete.
"""

import bpy

OWN_CONTEXT = "Audio2Face"
"""For words that Blender itself means otherwise: Face is a polygon, Speaker a loudspeaker."""


def register() -> None:
    """Gives Blender the translations of the add-on."""
    from .german import MESSAGES

    bpy.app.translations.register(__package__, {"de_DE": MESSAGES})


def unregister() -> None:
    """Takes them back."""
    bpy.app.translations.unregister(__package__)
