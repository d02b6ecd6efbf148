"""`python -m tools.demo`: the installed extension bakes a sentence onto a head made of formulas.

`head/` makes the character, `sentence.py` documents the recording, `install.py` installs the zip,
`scene.py` sets the stage, `render.py` and `contact_sheet.py` make the film and the still.
"""
