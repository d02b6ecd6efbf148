"""The command line that needs no Blender: ``predict``, and what all commands share.

``console`` has the options, exit codes and output, ``run`` ends every command in one of them,
``atomic_write`` writes a file in one step and ``job_record`` recognises a finished job. Commands
that open a .blend are in the add-on.
"""
