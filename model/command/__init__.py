"""The command line that needs no Blender: ``predict``, ``batch``, and what all commands share.

``console`` has the options, output and exit codes, ``atomic_write`` writes a file in one step and
``job_record`` recognises a finished job. Commands that open a .blend are in the add-on.
"""
