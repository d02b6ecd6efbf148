"""A stylised head made from nothing but formulas, with Apple's 52 ARKit shape keys.

`skull.py` holds the form, one module per organ makes its `Part` (plain numpy), the `keys_*`
modules say how each shape key moves them, and `build.py` alone talks to Blender.
"""
