"""Removes surrogates, by which Python represents invalid UTF-8 and split emoji; protocols and databases refuse them."""

from __future__ import annotations


def well_formed(text: str) -> str:
    """The text with surrogate pairs combined and lone surrogates replaced by U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
