"""Merging tests of other languages than Python: missing imports after the imports, tests after the last."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from routerd.domain.document import Document
from routerd.domain.ports import Grammar
from routerd.domain.position import Edit, Position, Range
from routerd.domain.symbol import Outline, Symbol, SymbolKind
from routerd.domain.text import Text, with_lf
from routerd.domain.verdict import Rejected
from routerd.languages.patterns import compiled
from routerd.languages.spec import Merge
from routerd.steps.build.merge_imports import import_edits, without_imports
from routerd.steps.build.titles import known_titles, titles_renamed

_TYPES = (SymbolKind.CLASS, SymbolKind.STRUCT)


def merge(existing: Document, code: str, rules: Merge, grammar: Grammar) -> tuple[Edit, ...] | Rejected:
    """Insertions into an existing test file. What it declares already is left out or gets a free name."""
    old = grammar.outline(existing)
    if old.faults:
        return Rejected("the existing test file does not parse, so nothing can be merged into it")
    rest = without_imports(code, rules)
    it = _Merging(existing, old, rules, grammar)
    in_class = rules.class_fields is not None and (_types(old) or _types(it.outline(rest)))
    added = _into_class(it, rest, rules.class_fields or "") if in_class else _at_end(it, rest)
    if isinstance(added, Rejected):
        return added
    return (*import_edits(existing, code, rules), added)


@dataclass(frozen=True, slots=True)
class _Merging:
    """A test file that exists, and what it is read with."""

    existing: Document
    old: Outline
    rules: Merge
    grammar: Grammar

    def outline(self, code: str) -> Outline:
        """The outline of code for this file."""
        return self.grammar.outline(replace(self.existing, text=Text(code)))


def _at_end(it: _Merging, code: str) -> Edit | Rejected:
    """The tests after everything that stands; the file's own ending is kept."""
    existing = it.existing
    kept = _kept(code, _outermost(it.outline(code)), _outermost(it.old), it)
    if isinstance(kept, Rejected):
        return kept
    if not kept.strip() or known_titles(kept, existing.text.string, it.rules):
        return Rejected("the reply adds no test that is not there already")
    text = existing.text
    tests = titles_renamed(kept.strip("\n"), text.string, it.rules).replace("\n", text.newline)
    footer = compiled(it.rules.footer, re.M).search(with_lf(text.string))
    if footer:
        above = text.line_start(with_lf(text.string).count("\n", 0, footer.start()))
        return Edit(Range(above, above), tests + text.newline * 2)
    end = text.end
    if text.lines[-1]:
        return Edit(Range(end, end), text.newline * 2 + tests)
    blank = len(text.lines) > 1 and not text.bare(len(text.lines) - 2).strip()
    return Edit(Range(end, end), ("" if blank else text.newline) + tests + text.newline)


def _into_class(it: _Merging, code: str, fields: str) -> Edit | Rejected:
    """The members of the new test class before the end of the class that stands."""
    existing, old, outline = it.existing, it.old, it.outline(code)
    home = next((s for s in reversed(_types(old)) if s.container == _namespace(old)), None)
    new = next(iter(_types(outline)), None)
    if home is None or home.body is None or new is None or new.body is None:
        return Rejected("the tests are not members of a class", mechanical=True)
    body = Text(code).slice(new.body).strip()
    members = [s for s in outline.symbols if s.container == new.qualname]
    known = [replace(s, container=new.qualname) for s in old.symbols if s.container == home.qualname]
    kept = _kept(code, members, known, it)
    if isinstance(kept, Rejected):
        return kept
    shrunk = it.outline(kept)
    new = next(iter(_types(shrunk)), None)
    if new is None or new.body is None or not body.startswith("{"):
        return Rejected("the tests are not members of a class", mechanical=True)
    inner = Text(kept).slice(new.body).strip()[1:-1].strip("\n").rstrip()
    inner = _without_known_lines(inner, existing.text.slice(home.body), fields)
    if not any(s.container == new.qualname for s in shrunk.symbols):
        return Rejected("the reply adds no test that is not there already")
    end = home.body.end
    text = existing.text
    if text.bare(end.line)[: end.column].strip() != "}":
        return Rejected("the existing test class does not end on a line of its own")
    position = Position(end.line, 0)
    return Edit(Range(position, position), text.newline + inner.strip("\n").replace("\n", text.newline) + text.newline)


def _namespace(outline: Outline) -> str | None:
    """The container of the outermost types: a namespace of C#, else none."""
    return next((s.container for s in _types(outline)), None)


def _types(outline: Outline) -> list[Symbol]:
    return [symbol for symbol in outline.symbols if symbol.kind in _TYPES]


def _outermost(outline: Outline) -> list[Symbol]:
    """The declarations that stand in no other, among them the methods that stand outside of their type."""
    found: list[Symbol] = []
    for symbol in outline.symbols:
        if not (found and found[-1].whole.covers(symbol.whole)):
            found.append(symbol)
    return found


def _kept(code: str, symbols: list[Symbol], known: list[Symbol], it: _Merging) -> str | Rejected:
    """The code without what is ``known`` word for word, and with free names for tests whose name is taken."""
    existing, text = it.existing, Text(code)
    names = {(symbol.container, symbol.name) for symbol in known}
    edits: list[Edit] = []
    for symbol in symbols:
        mine = text.slice(symbol.whole)
        # An earlier merge may have numbered the same test.
        numbered = re.compile(_numbered(re.escape(symbol.name), r"\d*"))
        same = [other for other in known if other.container == symbol.container and numbered.fullmatch(other.name)]
        tokens = _nameless(symbol, text, it)
        if any(_nameless(other, existing.text, it) == tokens for other in same):
            edits.append(Edit(_with_doc(symbol), ""))
        elif (symbol.container, symbol.name) not in names:
            continue
        elif symbol.name.isupper():
            continue  # a macro such as TEST: its arguments are the name
        elif _is_test(symbol, mine, it.rules):
            free = (_numbered(symbol.name, str(n)) for n in range(2, len(names) + 3))
            name = next(name for name in free if (symbol.container, name) not in names)
            names.add((symbol.container, name))
            edits.append(Edit(symbol.name_span, name))
        else:
            return Rejected(f"the tests redefine '{symbol.name}' of the existing test file", mechanical=True)
    return re.sub(r"\n{4,}", "\n\n\n", text.edited(edits).string)


def _numbered(name: str, number: str) -> str:
    """A name with a number behind it, inside the marks of a name that is quoted, as in Kotlin."""
    return f"{name.removesuffix('`')}{number}`" if name.endswith("`") else f"{name}{number}"


def _nameless(symbol: Symbol, text: Text, it: _Merging) -> tuple[str, ...]:
    """The tokens of a declaration, whatever its name."""
    tokens = it.grammar.code_tokens(text.slice(symbol.whole), it.existing.language)
    return tuple("" if token == symbol.name else token for token in tokens)


def _with_doc(symbol: Symbol) -> Range:
    """A declaration's whole lines with the documentation above it."""
    start = min(symbol.doc.start, symbol.whole.start) if symbol.doc else symbol.whole.start
    return Range(Position(start.line, 0), symbol.whole.end)


def _is_test(symbol: Symbol, source: str, rules: Merge) -> bool:
    named = re.match(r"(?i)test|should|it_|when", symbol.name) or symbol.name.endswith(("Test", "Tests"))
    return bool(named or compiled(rules.mark).search(source))


def _without_known_lines(inner: str, body: str, fields: str) -> str:
    """The members without fields that the class has already, such as the object under test; locals are no fields."""
    known = {line.strip() for line, depth in _depths(body.strip().removeprefix("{")) if not depth}
    field = compiled(fields)
    return "\n".join(
        line for line, depth in _depths(inner) if depth or not field.match(line) or line.strip() not in known
    )


def _depths(code: str) -> Iterator[tuple[str, int]]:
    """Each line with the number of braces that are open where it begins."""
    depth = 0
    for line in with_lf(code).split("\n"):
        yield line, depth
        depth = max(depth + line.count("{") - line.count("}"), 0)
