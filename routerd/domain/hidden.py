"""Hidden characters: what a text shows otherwise than it reads, as bidirectional overrides do."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter

_ASCII = re.compile(r"[\t\n\r -~]*")
_JOINERS = frozenset("\u200c\u200d")
"""Zero-width characters that Persian, Indic scripts and emoji are written with, between two of their own characters."""
_LAST_LATIN = "\u02ff"


def hidden_in(text: str) -> str | None:
    """The first hidden character of a text, as ``U+202E``; tabs and line ends are none."""
    if _ASCII.fullmatch(text):
        return None
    return next((f"U+{ord(text[at]):04X}" for at in _hidden(text)), None)


def adds_hidden(before: str, after: str) -> str | None:
    """The first hidden character of which a changed text holds more than it did."""
    if _ASCII.fullmatch(after):
        return None
    had, has = (Counter(text[at] for at in _hidden(text)) for text in (before, after))
    return next((f"U+{ord(sign):04X}" for sign in has if has[sign] > had[sign]), None)


def shown(text: str) -> str:
    """The text without its hidden characters."""
    gone = set() if _ASCII.fullmatch(text) else set(_hidden(text))
    return "".join(sign for at, sign in enumerate(text) if at not in gone) if gone else text


def escaped(document: str) -> str:
    """A JSON document with its hidden characters as JSON escapes; they only stand within strings there."""
    gone = set() if _ASCII.fullmatch(document) else set(_hidden(document))
    return (
        "".join(json.dumps(sign)[1:-1] if at in gone else sign for at, sign in enumerate(document))
        if gone
        else document
    )


def _hidden(text: str) -> list[int]:
    return [at for at, sign in enumerate(text) if not _allowed(text, at, sign)]


def _allowed(text: str, at: int, sign: str) -> bool:
    if sign in "\t\n\r" or " " <= sign <= "~":
        return True
    if sign in _JOINERS:
        return 0 < at < len(text) - 1 and text[at - 1] > _LAST_LATIN and text[at + 1] > _LAST_LATIN
    if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Cn"):
        return False
    return not ("\ufe00" <= sign <= "\ufe0d" or "\U000e0100" <= sign <= "\U000e01ef")
