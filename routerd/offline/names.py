"""Converts identifiers to English: words, verbs, articles."""

from __future__ import annotations

import re

from routerd.offline.english import BARE, PREPOSITIONS, VERBS, WRITTEN

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+|[^\W_A-Za-z0-9]+")
_LEAST = 3
"""A shorter word of an identifier is no word that a sentence could hold, unless it is known."""


def words(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case, acronyms in their usual case: ``parseHTTP_hdr``."""
    found = [word for part in name.split("_") for word in (_WORD.findall(part) or [part]) if word]
    return tuple(WRITTEN.get(word.lower(), word.lower()) for word in found)


def command(name: str) -> str:
    """A sentence from a name that is a verb with an object, ``Parse the header from the file.``; else empty."""
    verb, *rest = words(name) or ("",)
    known = all(word in PREPOSITIONS or word in WRITTEN.values() or len(word) >= _LEAST for word in rest)
    if verb not in VERBS or not rest or rest[-1] in PREPOSITIONS or not known:
        return ""
    pieces, noun = [verb], list[str]()
    for word in (*rest, ""):
        if word and word not in PREPOSITIONS:
            noun.append(word)
            continue
        if noun:
            pieces += [" ".join(noun) if noun[0] in BARE or noun[-1] in BARE else f"the {' '.join(noun)}"]
        noun = []
        pieces += [word] if word else []
    sentence = " ".join(pieces)
    return f"{sentence[:1].upper()}{sentence[1:]}."


def listing(items: list[str], limit: int = 4, word: str = "and") -> str:
    """``a, b and c``; beyond the limit ``a, b, c and 4 more``."""
    if len(items) > limit:
        items = [*items[: limit - 1], f"{len(items) - limit + 1} more"]
    return f" {word} ".join((", ".join(items[:-1]), items[-1])) if len(items) > 1 else "".join(items)
