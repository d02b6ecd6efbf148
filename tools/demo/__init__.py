"""`python -m tools.demo`: the installed extension adds its demo head and bakes its sentence.

`head/` makes the file of the character, `sentence.py` the recording and the times of its sounds,
`install.py` installs the zip, `scene.py` sets the stage, `render.py` and `contact_sheet.py` make
the film and the still.
"""
