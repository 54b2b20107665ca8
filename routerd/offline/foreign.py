"""Documentation for languages other than Python, from the name and the signature alone."""

from __future__ import annotations

import re

from routerd.domain.symbol import Symbol
from routerd.languages.patterns import compiled
from routerd.languages.spec import DocStyle
from routerd.offline.english import VERBS
from routerd.offline.names import object_of, raw_words, sentence, with_article, words

_RECEIVERS = frozenset(("self", "this", "void"))


def foreign_doc(symbol: Symbol, style: DocStyle) -> str:
    """The documentation of one symbol, without comment delimiters."""
    summary = _summary(symbol, style)
    if style.xml:
        summary = f"<summary>{summary}</summary>"
    form = style.parameter
    lines = [form.format(name, f"The {' '.join(words(name))}.") for name in _parameters(symbol, style)] if form else []
    gap = [] if style.xml or not lines else [""]
    return "\n".join([summary, *gap, *lines])


def _summary(symbol: Symbol, style: DocStyle) -> str:
    parts, raw = words(symbol.name), raw_words(symbol.name)
    if not parts:
        return sentence(f"`{symbol.name}`")
    if not symbol.kind.callable:
        noun = with_article(" ".join(parts))
        return f"{symbol.name} is {noun}." if style.starts_with_name else sentence(noun)
    verbal = raw[0] in VERBS
    third = not style.imperative
    verb = (_third_person(raw[0]) if third else raw[0]) if verbal else ("handles" if third else "handle")
    what = object_of(raw[0], parts[1:]) if verbal else object_of("", parts)
    phrase = f"{verb} {what}".rstrip()
    return f"{symbol.name} {phrase}." if style.starts_with_name else sentence(phrase)


def _third_person(verb: str) -> str:
    if verb.endswith(("s", "x", "z", "ch", "sh", "o")):
        return f"{verb}es"
    return f"{verb[:-1]}ies" if verb.endswith("y") and verb[-2] not in "aeiou" else f"{verb}s"


def _parameters(symbol: Symbol, style: DocStyle) -> list[str]:
    """The names of the parameters between the signature's first brackets."""
    if not symbol.kind.callable:
        return []
    inside = _bracketed(symbol.signature[symbol.signature.find(symbol.name) + len(symbol.name) :])
    pattern = compiled(style.parameter_name)
    names = []
    for piece in inside:
        declared = re.split(r"\s*=[^>]|\s=$", piece, maxsplit=1)[0]
        found = pattern.search(declared.strip(" *&"))
        if found and found[1] not in _RECEIVERS and not declared.lstrip().startswith(("{", "[")):
            names.append(found[1])
    return names


def _bracketed(rest: str) -> list[str]:
    """The text between the first parentheses, split at top-level commas."""
    pieces: list[str] = []
    depth, piece = 0, ""
    for character in rest:
        if character in "([{<":
            depth += 1
            if depth == 1 and character == "(":
                piece = ""
                continue
        elif character in ")]}>":
            depth -= 1
            if depth == 0 and character == ")":
                return [p for p in [*pieces, piece] if p.strip()]
        elif character == "," and depth == 1:
            pieces.append(piece)
            piece = ""
            continue
        piece += character
    return []
