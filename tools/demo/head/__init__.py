"""A stylised head made from nothing but formulas, with Apple's 52 ARKit shape keys.

`skull.py` holds the form, one module per organ makes its `Part` (plain numpy), the `keys_*`
modules say how each shape key moves them, `arrays.py` puts all together and `export.py` writes it
as the file that the extension ships: `python -m tools.demo.head`. Nothing here imports bpy.
"""
