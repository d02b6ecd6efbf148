"""The command line: ``blender -b shot.blend --command audio2face bake``; see docs/farm.md.

What lives here: ``blender_command``, which Blender knows; ``arguments`` (the parser) and a module
for each command; and what these share: ``faces`` (whose face is meant), ``voice`` (which sound),
``jobs`` (what was finished before, kept as ``job_record``), ``finishing`` and ``saving``. Console,
exit codes and ``predict`` are those of ``model.command``. ``arguments``, ``commands``,
``job_record``, ``presets`` and this package import no bpy.
"""
