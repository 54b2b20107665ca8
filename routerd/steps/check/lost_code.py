"""Lost code: statements that vanished behind a comment, declarations that doubled, and those gone but still used."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from routerd.domain.document import Document
from routerd.domain.ports import Grammar
from routerd.domain.symbol import Outline
from routerd.domain.text import Text
from routerd.languages import specs
from routerd.languages.patterns import compiled

_STAND_INS = frozenset(("...", "…", "pass", "...;", "todo!()", "unimplemented!()", "todo!();", "unimplemented!();"))
_CLOSERS = re.compile(r"[\s{}()\[\];,]*|end|</?>")
_CUT = re.compile(r"(?<=[;{}])|\n")
_COMMENTS = re.compile(
    r"(?P<string>\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*')|(?:#|//|--)[^\n]*|/\*.*?\*/|<!--.*?-->", re.S
)
"""For files in a language that routerd does not know."""
_LONGEST = 20_000
"""Units that are compared; a longer change than that is not an elision of anything."""


@dataclass(frozen=True, slots=True)
class _Unit:
    """A statement, as far as signs tell, or a comment."""

    text: str
    stands_in: bool
    """A comment, or what a body holds that does nothing."""
    beside: bool = False
    """A comment that ends a line of code."""


def stand_in(before: Text, after: Text, language: str) -> str | None:
    """The comment, ``...`` or ``pass`` that the file did not have, in place of statements that vanished."""
    old, new = _units(before.string, language), _units(after.string, language)
    head = next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))
    old, new, known = old[head:], new[head:], {unit.text for unit in old}
    if max(len(old), len(new)) > _LONGEST:
        return None
    matcher = SequenceMatcher(None, [unit.text for unit in old], [unit.text for unit in new], autojunk=False)
    for kind, first, last, start, end in matcher.get_opcodes():
        if kind == "replace":
            gone = [unit.text for unit in old[first:last] if _is_code(unit)]
            found = _standing(new[start:end], gone, known)
            if found:
                return found[:60]
    return None


def _standing(new: list[_Unit], gone: list[str], known: set[str]) -> str | None:
    """The unit that stands for the code that is gone: nothing that it could be about follows it."""
    lost = len(gone) - sum(_is_code(unit) for unit in new)
    for at, unit in enumerate(new):
        followed = any(_is_code(later) for later in new[at + 1 :])
        if not unit.stands_in or unit.text in known or followed or (unit.beside and at):
            continue
        if lost > (unit.text in _STAND_INS) and not any(code in unit.text for code in gone):
            return unit.text
    return None


def _is_code(unit: _Unit) -> bool:
    return not unit.stands_in and _CLOSERS.fullmatch(unit.text) is None


def _units(source: str, language: str) -> list[_Unit]:
    spec = specs().get(language)
    pattern = compiled(spec.comments.strings_and_comments, re.S) if spec else _COMMENTS
    found: list[_Unit] = []
    code, done = "", 0
    for match in pattern.finditer(source):
        code, done = code + source[done : match.start()], match.end()
        if match["string"] is not None:
            code += match[0].replace("\n", "\r")
            continue
        before = code.rpartition("\n")[2].strip()
        after = source[done:].split("\n", 1)[0].strip() if len(source) - done < _LONGEST else source[done : done + 200]
        found += _statements(code)
        found.append(_Unit(match[0].strip(), True, bool(before) and not after.split("\n", 1)[0].strip()))
        code = ""
    return found + _statements(code + source[done:])


def _statements(code: str) -> list[_Unit]:
    parts = (" ".join(part.split()) for part in _CUT.split(code))
    return [_Unit(part, part in _STAND_INS) for part in parts if part]


def doubled(before: Outline, after: Outline, texts: tuple[Text, Text]) -> str | None:
    """The name of a declaration that stands more often than before, head for head."""
    had, has = _heads(before, texts[0]), _heads(after, texts[1])
    return next((name for (name, head), count in has.items() if count > max(1, had[name, head])), None)


def _heads(outline: Outline, text: Text) -> Counter[tuple[str, str]]:
    return Counter(
        (symbol.qualname, "".join(text.slice(replace(symbol.whole, end=symbol.header.end)).split()))
        for symbol in outline.symbols
    )


def gone_but_used(
    before: Outline, after: Outline, document: Document, instruction: str, grammar: Grammar
) -> str | None:
    """The name of a declaration that is gone, is still used in the file, and is not named in the instruction."""
    left = {symbol.name for symbol in after.symbols}
    gone = {symbol.name for symbol in before.symbols} - left
    gone = {name for name in gone if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", instruction)}
    if not gone:
        return None
    bound = {name for found in after.imports for name in found.names}
    used = gone.intersection(grammar.names(document, document.text.whole)) - bound
    return next((name for name in sorted(used) if not _assigned(name, document.text.string)), None)


def _assigned(name: str, source: str) -> bool:
    """Whether the name is bound to a value instead, as a constant or a wrapped function is."""
    return re.search(rf"(?<![\w.]){re.escape(name)}\s*(?::[^=\n]*)?:?=(?!=)", source) is not None
