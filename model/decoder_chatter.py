"""Keeps a decoder's opinions off the terminal.

libmpg123, which libsndfile carries, writes on the process's standard error what it thinks of an
MP3's header and of damaged frames. Nobody can act on it, and farms take it for errors.
"""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_CHATTER = (b"Warning: Xing", b"Note: Illegal", b"[src/libmpg123", b"mpg123:")
_STDERR = 2
_lock = threading.RLock()


@contextmanager
def without_chatter() -> Iterator[None]:
    """Takes libmpg123's lines out of what is written to standard error meanwhile; other lines
    appear afterwards."""
    with _lock, tempfile.TemporaryFile() as written:
        try:
            terminal = os.dup(_STDERR)
        except OSError:  # there is no terminal
            yield
            return
        os.dup2(written.fileno(), _STDERR)
        try:
            yield
        finally:
            os.dup2(terminal, _STDERR)
            os.close(terminal)
            written.seek(0)
            lines = [line for line in written if not line.startswith(_CHATTER)]
            if lines:
                os.write(_STDERR, b"".join(lines))
