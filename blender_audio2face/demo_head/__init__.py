"""The demo head: a character to try the extension on, added to any scene by one button.

`head.npz` holds its meshes and 52 ARKit shape keys, `sentence.flac` a line to speak; README.md says
where both come from. `asset` reads the file and imports no bpy; `objects` and `materials` make
Blender's data of it, `speech` the sound strip; `add` puts both into the scene, `operator` is the
button. The shapes themselves are formulas in tools/demo/head, which writes the file.
"""
