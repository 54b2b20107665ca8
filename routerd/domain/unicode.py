"""The units of text in which clients count columns; and removes surrogates, which protocols and databases refuse.

Python represents invalid UTF-8 and split emoji by surrogates.
"""

from __future__ import annotations

from enum import StrEnum


def well_formed(text: str) -> str:
    """The text with surrogate pairs combined and lone surrogates replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


class Encoding(StrEnum):
    """The unit that a client counts columns in."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"

    def width(self, text: str) -> int:
        """The length of the text in this unit. A lone surrogate counts as one UTF-16 unit, three bytes."""
        if text.isascii() or self is Encoding.UTF32:
            return len(text)
        if self is Encoding.UTF16:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        return len(text.encode("utf-8", "surrogatepass"))

    def column(self, line: str, units: int) -> int:
        """The code point column of a unit offset; rounds down inside a character, clamps past the end."""
        if line.isascii() or self is Encoding.UTF32:
            return min(max(units, 0), len(line))
        seen = 0
        for column, character in enumerate(line):
            seen += self.width(character)
            if seen > units:
                return column
        return len(line)
