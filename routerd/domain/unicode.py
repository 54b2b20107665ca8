"""Surrogates: what Python keeps of bytes that are not UTF-8 and of halved emoji, and no wire or database takes."""

from __future__ import annotations


def well_formed(text: str) -> str:
    """The text with each pair of surrogates as its character, and each one left alone as U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
