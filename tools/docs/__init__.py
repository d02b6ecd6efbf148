"""`python -m tools.docs BLENDER OUT --zip ZIP`: the pictures of the panel, taken in a real window.

Each way that the documentation shows is gone step by step with the buttons of the installed
extension, its clicks are counted, and the screen is photographed. It needs an X display (Xvfb will
do: `xvfb-run -s "-screen 0 1280x880x24" python -m tools.docs ...`) and ImageMagick's `import`.

`__main__.py` starts Blender; the other modules run inside it: `window.py` the timers, the screen
and the clicks, `ways.py` what is done, `rigs.py` heads with other names.
"""
