"""``batch``: many rows of a manifest, each a job of another command.

What lives here, and imports no bpy: ``manifest`` (the file), ``rows`` (what a row means),
``checks`` (all that can be said before anything starts), ``groups`` (what one process has to do at
a time), ``results`` (the lines that are kept), ``known`` (rows that need not be done again),
``summary``, and ``command``, which brings them together. What a row does is done by ``curves`` or,
in Blender, by ``blender_audio2face/cli/batch``.
"""
