"""Text of a file of anyone's inside a sentence."""


def shown(text: object) -> str:
    """A text in quotes, as ``on_one_line`` has it."""
    return f'"{on_one_line(text, 80)}"'


def on_one_line(text: object, most: int = 200) -> str:
    """A text on one line and not long; what cannot be printed is escaped."""
    line = _printable(str(text)[: most + 1])
    return line if len(line) <= most else f"{line[:most]}…"


def fitted(sentence: str, most: int) -> str:
    """A sentence on one line; of a long one the middle is left out, as its end says what to do."""
    half = most // 2
    if len(sentence) > most:
        sentence = f"{sentence[:half]}…{sentence[-half:]}"
    line = _printable(sentence)
    return line if len(line) <= most else f"{line[:half]}…{line[-half:]}"


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)
