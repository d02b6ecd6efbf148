"""The parts of the command line that need no Blender.

What lives here: options and exit codes that every command shares, the console, writing a file in
one step, knowing a finished job, and ``predict``. The commands that open a .blend live in
``blender_audio2face/cli``.
"""
