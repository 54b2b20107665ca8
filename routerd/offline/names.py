"""Converts identifiers to English: words, verbs, articles."""

from __future__ import annotations

import re

from routerd.offline.english import (
    ADVERBS,
    CREATING,
    MASS,
    NO_ARTICLE,
    PREPOSITIONS,
    SPOKEN,
    VERBS,
    WRITTEN,
)

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+|[^\W_A-Za-z0-9]+")


_VOWEL = re.compile(r"[ai]|e(?!u)|o(?!ne\b)|u(?!ni|s|ti)")
"""Words that begin with the sound of a vowel: an item, but a user, a unit and a one-shot."""
_LETTER_VOWELS = frozenset("AEFHILMNORSX")  # letters whose own name begins with a vowel: an HTML page


def words(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case, acronyms in their usual case: ``parseHTTP_hdr``."""
    found = [word for part in name.split("_") for word in (_WORD.findall(part) or [part]) if word]
    return tuple(WRITTEN.get(word.lower(), word.lower()) for word in found)


def raw_words(name: str) -> tuple[str, ...]:
    """The words of an identifier in lower case, without expanding abbreviations."""
    return tuple(word.lower() for part in name.split("_") for word in (_WORD.findall(part) or [part]) if word)


def prose(name: str) -> str:
    """The words of an identifier as running text."""
    return " ".join(words(name)) or f"`{name}`"


def with_article(phrase: str) -> str:
    """The phrase with ``a`` or ``an``; a plural without either."""
    if plural(phrase):
        return phrase
    first = phrase.partition(" ")[0]
    acronym = first.isupper() and len(first) > 1
    vowel = first[0] in _LETTER_VOWELS if acronym else _VOWEL.match(first.lower()) is not None
    return f"{'an' if vowel else 'a'} {phrase}"


def plural(phrase: str) -> bool:
    """Whether the last word is a plural by its ending."""
    last = phrase.rsplit(" ", 1)[-1]
    return last.endswith("s") and not last.endswith(("ss", "us", "is", "as", "os")) and len(last) > 3


def object_of(verb: str, rest: tuple[str, ...]) -> str:
    """The object of a verb: ``the header from the file``, ``a connection``, ``JSON``."""
    pieces: list[str] = []
    noun: list[str] = []
    for word in (*rest, ""):
        if word and word not in PREPOSITIONS and word not in ("and", "or"):
            noun.append(word)
            continue
        if noun:
            pieces.append(_phrase(noun, verb if not pieces else ""))
            noun = []
        if word:
            pieces.append(word)
    return " ".join(pieces)


def verb_of(name: str) -> str:
    """The verb that an identifier begins with, expanded; empty if it does not begin with a verb."""
    first = raw_words(name)[:1]
    return SPOKEN.get(first[0], first[0] if first[0] in VERBS else "") if first else ""


def sentence(phrase: str) -> str:
    """The phrase with a capital and a full stop."""
    phrase = phrase.strip()
    first = phrase.split(" ")[0]
    return (phrase if first != first.lower() else phrase[:1].upper() + phrase[1:]) + "."


def listing(items: list[str], limit: int = 4, word: str = "and") -> str:
    """``a, b and c``; beyond the limit ``a, b, c and 4 more``."""
    if len(items) > limit:
        items = [*items[: limit - 1], f"{len(items) - limit + 1} more"]
    return f" {word} ".join((", ".join(items[:-1]), items[-1])) if len(items) > 1 else "".join(items)


def _phrase(noun: list[str], verb: str) -> str:
    phrase = " ".join(noun)
    bare = noun[0] in NO_ARTICLE or (noun[0] in VERBS and not verb) or noun[-1] in MASS
    if bare or all(word in ADVERBS for word in noun):
        return phrase
    return with_article(phrase) if verb in CREATING else f"the {phrase}"
