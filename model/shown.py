"""Text of a file of anyone's inside a sentence."""


def shown(text: object) -> str:
    """A text in quotes, as ``on_one_line`` has it."""
    return f'"{on_one_line(text, 80)}"'


def on_one_line(text: object, most: int = 200) -> str:
    """A text on one line and not long; what cannot be printed is escaped."""
    letters = (
        letter if letter.isprintable() else ascii(letter)[1:-1] for letter in str(text)[: most + 1]
    )
    line = "".join(letters)
    return line if len(line) <= most else f"{line[:most]}…"
