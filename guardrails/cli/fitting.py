"""Long lines on a terminal: broken between words where it ends, further lines indented. Elsewhere a line stays one, for grep and CI."""

import os
import re
from textwrap import fill
from typing import Final, TextIO

PLACE: Final = re.compile(r"(?:[^:]|:(?! ))+?:\d+:\d+:(?= )")
"""What a line about a file begins with, `file:line:column:`; a terminal or an editor jumps there, so it is never broken."""
USUAL: Final = 80


def fitted(text: str, stream: TextIO) -> str:
    """The text as it is to be written to a stream: each line broken where a terminal ends."""
    if not stream.isatty():
        return text
    columns = _columns(stream)
    return "\n".join(_broken(line, columns) for line in text.split("\n"))


def _broken(line: str, columns: int) -> str:
    match = PLACE.match(line)
    place = match[0] if match else ""
    within = f"{'x' * len(place)}{line[len(place) :]}"  # a file's name may hold spaces: no word may
    broken = fill(within, columns, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return place + broken[len(place) :]


def _columns(stream: TextIO) -> int:
    """How wide a terminal is; 80 when it does not tell."""
    try:
        return os.get_terminal_size(stream.fileno()).columns or USUAL
    except OSError:
        return USUAL
