"""The demo, its head, and the documentation's pictures.

`python -m tools.demo` installs the extension, adds its head, bakes its sentence and renders film
and still: `run.py` holds the steps, `stage.py` what Blender renders. `head/` makes the head that
the extension ships, `sentence.py` its recording. `python -m tools.demo.pictures` takes the
documentation's pictures of the panel in a real window: `walkthroughs.py` holds what is clicked,
`window.py` clicks it.
"""
