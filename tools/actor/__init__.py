"""Turns a recorded performance into a corpus with curves: ``python -m tools.actor``.

`tracks` and `video` read the files, `takes` pairs them with their sound, `channels` brings a
source's controls to calibrated ARKit channels, `alignment` puts them on the sound's time line, and
`performance` runs all of it. docs/retraining.md walks through it.
"""
