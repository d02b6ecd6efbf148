"""A stylised head made from nothing but formulas, with Apple's 52 ARKit shape keys.

`skin.py` holds the form and the face, `features.py` makes the other parts,
`shape_keys.py` says how each key moves them, and `export.py` writes the file that the extension
ships: `python -m tools.demo.head`. `part.py` and `sdf.py` are what they are built with.
"""
