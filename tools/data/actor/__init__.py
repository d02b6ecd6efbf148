"""A recorded performance becomes a corpus with curves: ``python -m tools.data.actor``.

One module per file format turns a file into a `Track`; `arkit`, `align`, `grid`, `calibrate` and
`segments` make of it what training needs. docs/retraining.md walks through it.
"""
