"""Text of a file of anyone's inside a sentence."""

_MOST = 80


def shown(text: object) -> str:
    """A text in quotes, on one line and not long; what cannot be printed is escaped."""
    line = "".join(
        letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(text)[: _MOST + 1]
    )
    return f'"{line}"' if len(line) <= _MOST else f'"{line[:_MOST]}…"'
