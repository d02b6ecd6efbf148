"""The command line: ``blender -b shot.blend --command audio2face bake``; see docs/farm.md.

``blender_command`` is what Blender knows; ``arguments`` is the parser; ``selection`` finds the face
and the sound that a command names; ``bake`` (with ``apply``), ``inspection`` and ``batch`` are the
commands; ``finished_jobs`` recognises in a .blend what was baked before, and ``saving`` writes it.
Console, exit codes, ``predict`` and the manifests of ``batch`` are those of ``model.command``.
"""
