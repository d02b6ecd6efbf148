"""The demo head: a character to try the extension on, added to any scene by one button.

`head.npz` holds its meshes and 52 ARKit shape keys, `sentence.flac` a line to speak; README.md says
where both come from. `asset` reads the file, `objects` makes Blender's data of it, `add` puts head
and sentence into the scene. The shapes are formulas in tools/demo/head, which writes the file.
"""
