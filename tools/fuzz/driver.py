"""Runs one target with atheris: ``python -m tools.fuzz.driver TARGET [options of libFuzzer]``.

atheris has to see modules as they are imported, so that little is imported before it is.
"""

import resource
import sys

import atheris

_MOST_MEMORY = 4 << 30
"""Bytes; whoever asks for more gets a MemoryError, which is a find."""

_WATCHED = ["a2f", "model", "tools", "json", "wave", "zipfile", "argparse", "tomllib", "ipaddress"]


def main() -> None:
    """Fuzzes until libFuzzer ends the process."""
    name, *options = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    with atheris.instrument_imports(include=_WATCHED):
        from .targets import TARGETS
    target = TARGETS[name]
    atheris.Setup([name, f"-max_len={target.longest}", *options], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
