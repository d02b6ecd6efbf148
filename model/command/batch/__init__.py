"""``batch``: the rows of a manifest, each a ``predict`` or, in Blender, a ``bake``.

``manifest`` reads the file and says what a row means, ``checks`` refuses what cannot be done before
anything starts, ``results`` keeps what became of each row, ``workers`` does rows in other
processes, and ``command`` brings them together. ``blender_audio2face/cli/batch`` bakes the rows
that have a face.
"""
