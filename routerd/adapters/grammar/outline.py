"""The outline of a text; after a keystroke it is patched, and only the edited declaration is parsed again.

A patch is valid if the change lies within one top-level declaration that parses on its own, before and after, as the
same declaration: then nothing outside it changes its meaning. Otherwise the whole file is outlined again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

from routerd.adapters.grammar.declarations import module_doc, symbols
from routerd.adapters.grammar.incremental import MOST_LINES
from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.position import Range
from routerd.domain.symbol import Import, Outline, Symbol
from routerd.domain.text import Text
from routerd.languages.node import Node


def outlined(parsed: Parsed) -> Outline:
    """The outline of a whole text."""
    # One query for both, as running it over the tree is what takes time.
    captures = parsed.captures(parsed.rules.declarations + parsed.rules.imports)
    found = symbols(parsed, captures.get("def", []))
    return Outline(
        language=parsed.language,
        symbols=found,
        imports=_imports(parsed, captures),
        faults=parsed.faults(),
        doc=module_doc(parsed, frozenset(symbol.doc for symbol in found)),
    )


def patched(old: Outline, before: Text, after: Text) -> Outline | None:
    """Derives the outline of a text from that of an older one; ``None`` if the whole file must be parsed."""
    change = after.changed_since(before)
    if change is None or old.faults:
        return None
    shift = change.shift
    typed_in = outermost(old, change.first, max(change.old_last - 1, change.first))
    if typed_in is None:
        return None
    top, bottom = typed_in.rows
    piece = Parsed.of(Text("".join(after.lines[top : bottom + 1 + shift])), old.language)
    captures = piece.captures(piece.rules.declarations + piece.rules.imports)
    found = symbols(piece, captures.get("def", []))
    if piece.tree.root_node.has_error or not _same(found, typed_in, top, bottom + shift):
        return None

    def moved(span: Range) -> Range:
        return span.moved(shift) if span.start.line > bottom else span

    outside = [s for s in old.symbols if not typed_in.whole.covers(s.whole)]
    return Outline(
        old.language,
        symbols=(
            *(s for s in outside if s.whole.start.line < top),
            *(_lower(s, top) for s in found),
            *(_lower(s, shift) for s in outside if s.whole.start.line > bottom),
        ),
        imports=(
            *(i for i in old.imports if i.span.start.line < top),
            *(replace(i, span=i.span.moved(top)) for i in _imports(piece, captures)),
            *(replace(i, span=moved(i.span)) for i in old.imports if i.span.start.line > bottom),
        ),
        doc=old.doc and moved(old.doc),
    )


def outermost(outline: Outline, first: int, last: int) -> Symbol | None:
    """The top-level declaration that contains some lines, if it is alone on its lines and not too long."""
    around = next((s for s in outline.symbols if s.whole.start.line <= first and last <= s.whole.end.line), None)
    if around is None or around.whole.start.column or around.whole.end.line - around.whole.start.line > MOST_LINES:
        return None
    top, bottom = around.rows
    shared = (s for s in outline.symbols if s.whole.start.line <= bottom and top <= s.whole.end.line)
    return around if all(around.whole.covers(s.whole) for s in shared) else None


def _same(found: tuple[Symbol, ...], old: Symbol, top: int, bottom: int) -> bool:
    """Whether a piece consists of exactly the same declaration, from its first line to its last."""
    if not found or any(not found[0].whole.covers(symbol.whole) for symbol in found):
        return False
    new = found[0]
    named = (new.qualname, new.kind, new.container) == (old.qualname, old.kind, old.container)
    return named and new.rows == (0, bottom - top)


def _lower(symbol: Symbol, lines: int) -> Symbol:
    return symbol.mapped(lambda span: span.moved(lines)) if lines else symbol


def _imports(parsed: Parsed, captures: Mapping[str, Sequence[Node]]) -> tuple[Import, ...]:
    """One Import for each module in a statement, with the names that it imports."""
    parts = sorted(
        (part.start_byte, part.end_byte, role, part)
        for role in ("module", "name", "guard")
        for part in {node.id: node for node in captures.get(role, [])}.values()
    )
    starts = [part[0] for part in parts]
    found: list[Import] = []
    for statement in sorted({n.id: n for n in captures.get("import", [])}.values(), key=lambda n: n.start_byte):
        last = statement.end_byte
        inside = [
            (role, parsed.words(parsed.span(part)))
            for _, end, role, part in parts[bisect_left(starts, statement.start_byte) : bisect_left(starts, last)]
            if end <= last
        ]
        if all(text in parsed.rules.guards for role, text in inside if role == "guard"):
            found += _read(parsed, statement, [pair for pair in inside if pair[0] != "guard"])
    return tuple(found)


def _read(parsed: Parsed, statement: Node, inside: list[tuple[str, str]]) -> list[Import]:
    """The imports of one statement: names belong to the module before them, else to the only one."""
    modules: list[tuple[str, list[str]]] = []
    early: list[str] = []
    for role, text in inside:
        if role == "module":
            modules.append((text.strip("\"'<>`"), []))
        else:
            (modules[-1][1] if modules else early).append(text)
    span = parsed.span(statement)
    return [Import(module, (*early, *names) or parsed.rules.binds(module), span) for module, names in modules]
