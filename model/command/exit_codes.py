"""What the end of a command means to the farm that ran it."""

from enum import IntEnum


class ExitCode(IntEnum):
    """Numbers that never change their meaning; those of a signal are 128 and its number."""

    DONE = 0
    """Done, or done before and nothing changed since."""

    REFUSED = 1
    """The sound, the rig or the settings cannot be used: another try gives the same."""

    USAGE = 2
    """The command line is wrong."""

    NOT_WRITTEN = 3
    """The output could not be written: another try may succeed."""

    FAILED = 4
    """A fault of the program, with a traceback; or too little memory."""
