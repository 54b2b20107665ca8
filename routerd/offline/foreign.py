"""Documentation for languages other than Python, from a name that says what is done."""

from __future__ import annotations

from routerd.domain.symbol import Symbol
from routerd.languages.spec import DocStyle
from routerd.offline.english import VERBS
from routerd.offline.names import object_of, raw_words, sentence, words


def foreign_doc(symbol: Symbol, style: DocStyle) -> str:
    """The summary of a function, without comment delimiters; empty unless its name is a verb with an object."""
    parts, raw = words(symbol.name), raw_words(symbol.name)
    if not symbol.kind.callable or len(parts) < 2 or raw[0] not in VERBS:
        return ""
    verb = raw[0] if style.imperative else _third_person(raw[0])
    phrase = f"{verb} {object_of(raw[0], parts[1:])}"
    summary = f"{symbol.name} {phrase}." if style.starts_with_name else sentence(phrase)
    return f"<summary>{summary}</summary>" if style.xml else summary


def _third_person(verb: str) -> str:
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}s"
