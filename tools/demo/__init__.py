"""`python -m tools.demo`: a sentence, baked by the installed extension onto a head made of formulas.

`head/` makes the character, `sentence.py` documents the recording, `install.py` installs the zip,
`scene.py` sets the stage, `render.py` and `contact_sheet.py` make the film and the still.
"""
