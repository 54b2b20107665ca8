"""Resolve: the target of an action at a position in a file, or why there is none."""

from __future__ import annotations

from routerd.domain.action import ActionSpec, Contract, Request, Scope, Target
from routerd.domain.changed import Changed
from routerd.domain.position import Position, Range
from routerd.domain.shared_line import shares_line
from routerd.domain.symbol import Outline, Symbol, SymbolKind
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.languages import specs
from routerd.languages.spec import DocPlacement

MAX_CHARACTERS = 2_000_000
"""Larger than any file that people edit by hand; parsing larger ones would delay the editor."""

_SNIFFED_LINES = 200
"""A binary file shows a NUL within its first lines; git looks at the first 8,000 bytes."""


def resolve(request: Request, spec: ActionSpec, outline: Outline, parsed: bool, name: str) -> Target | Refusal:
    """The target of a request in a readable text; ``parsed``: whether there is a grammar; ``name``: the file's."""
    text = request.document.text
    if spec.code_only and not parsed:
        return Refusal(
            f"routerd cannot {spec.name} {request.document.language} files yet; review and design work on any text.",
            RefusalCode.LANGUAGE,
        )
    if spec.diagnosed and not (request.diagnostics or request.instruction.strip()):
        return Refusal(
            f"There is no diagnostic to {spec.name} here: say in an instruction what is wrong.", RefusalCode.INSTRUCTION
        )
    if request.changed is not None:
        return _changed(request.changed, request.document.text, outline, name)
    symbol = _meant(request, outline)
    scope = _scope(request, spec, symbol)
    if scope is Scope.SYMBOL and symbol is not None:
        return _one(symbol, request, spec, outline)
    span = whole_lines(text, request.span) if scope is Scope.SELECTION else text.whole
    return _many(span, scope, request, spec, outline, name)


def unreadable(text: Text, name: str) -> Refusal | None:
    """Why a file cannot be processed at all: empty, binary or far too large."""
    characters = sum(map(len, text.lines))
    if characters > MAX_CHARACTERS:
        size = f"{characters / 1e6:.1f} million characters"
        return Refusal(f"{name} is too large ({size}; the limit is 2 million): select a part of it.", RefusalCode.SIZE)
    if any("\0" in line for line in text.lines[:_SNIFFED_LINES]):
        return Refusal(
            f"{name} looks like a binary file: it holds NUL characters (a text must be in UTF-8).", RefusalCode.SCOPE
        )
    if all(not line.strip("\ufeff \t\r\n") for line in text.lines):
        return Refusal(f"{name} is empty: there is nothing to work on.", RefusalCode.SCOPE)
    return None


def whole_lines(text: Text, span: Range) -> Range:
    """The range widened to whole lines; a selection that ends at a line's start excludes that line."""
    end = span.end
    if end.column == 0 and end.line > span.start.line:
        end = Position(end.line - 1, 0)
    return Range(
        Position(span.start.line, 0), text.clamp(Position(end.line, len(text.bare(min(end.line, text.end.line)))))
    )


def _meant(request: Request, outline: Outline) -> Symbol | None:
    """The symbol at the cursor, or the symbol whose name or header is selected.

    A double-click on a name selects it, and Kate sends the line of the cursor: neither means only the selected text.
    """
    if request.span.empty:
        return outline.named_at(request.cursor) or outline.enclosing(request.cursor)
    lines = whole_lines(request.document.text, request.span)
    return next((s for s in outline.symbols if s.name_span.covers(request.span) or _headed(s, lines)), None)


def _headed(symbol: Symbol, lines: Range) -> bool:
    last = symbol.header.end.line
    return lines.covers(symbol.name_span) and symbol.whole.start.line <= lines.start.line and lines.end.line <= last


def _scope(request: Request, spec: ActionSpec, symbol: Symbol | None) -> Scope:
    if not request.whole_file and not request.span.empty and symbol is None:
        return Scope.SELECTION
    if request.whole_file or symbol is None or (request.span.empty and spec.scopes[:1] == (Scope.FILE,)):
        return Scope.FILE
    return Scope.SYMBOL


def _changed(changed: Changed, text: Text, outline: Outline, name: str) -> Target | Refusal:
    pieces = changed.pieces(outline, text)
    if not pieces:
        return Refusal(f"Nothing changed in {name} that could be read.", RefusalCode.SCOPE)
    span = Range(pieces[0].start, pieces[-1].end)
    return Target(Scope.SELECTION, span, f"the change of `{name}`", outline, changed.symbols(outline), pieces)


def _one(symbol: Symbol, request: Request, spec: ActionSpec, outline: Outline) -> Target | Refusal:
    label = f"`{symbol.name}`"
    if spec.contract is Contract.DOCUMENTATION and symbol.doc is not None and not request.replace:
        return Refusal(f"{label} is documented already; ask for a rewrite.", RefusalCode.DOCUMENTED)
    if spec.contract is Contract.DOCUMENTATION and _unfinished(symbol, outline):
        return Refusal(
            f"{label} has no body yet, so no place for a docstring: write one line of it first.", RefusalCode.SCOPE
        )
    if spec.contract is Contract.DOCUMENTATION and _crowded(symbol, request, outline):
        return Refusal(
            f"{label} shares its line with other code, so no comment fits above it: give it a line of its own first.",
            RefusalCode.SCOPE,
        )
    if spec.contract is Contract.TESTS and _is_test(symbol):
        return Refusal(f"{label} is a test itself.", RefusalCode.SCOPE)
    return Target(Scope.SYMBOL, symbol.whole, label, outline, (symbol,))


def _many(
    span: Range, scope: Scope, request: Request, spec: ActionSpec, outline: Outline, name: str
) -> Target | Refusal:
    where = f"`{name}`" if scope is Scope.FILE else f"lines {span.start.line + 1}-{span.end.line + 1}"
    symbols = outline.inside(span)
    if scope is Scope.SELECTION and not symbols:
        around = outline.enclosing(span.start)
        symbols = (around,) if around and spec.code_only else ()
    if spec.contract is Contract.DOCUMENTATION:
        symbols = tuple(s for s in symbols if not (_unfinished(s, outline) or _crowded(s, request, outline)))
        wanted = tuple(s for s in symbols if request.replace or s.doc is None)
        if not wanted:
            told = f"Everything in {where} is documented already."
            return Refusal(told if symbols else f"There is nothing to document in {where}.", RefusalCode.SCOPE)
        return Target(scope, span, f"{_count(wanted)} in {where}", outline, wanted)
    if spec.contract is Contract.TESTS:
        symbols = tuple(s for s in symbols if s.container is None and not _is_test(s) and _testable(s))
        if not symbols:
            return Refusal(f"There is nothing to test in {where}.", RefusalCode.SCOPE)
        return Target(scope, span, f"{_count(symbols)} in {where}", outline, symbols)
    return Target(scope, span, where, outline, symbols)


def _count(symbols: tuple[Symbol, ...]) -> str:
    return f"`{symbols[0].name}`" if len(symbols) == 1 else f"{len(symbols)} symbols"


def _is_test(symbol: Symbol) -> bool:
    return symbol.name.startswith(("test_", "Test")) or symbol.qualname.startswith("Test")


def _unfinished(symbol: Symbol, outline: Outline) -> bool:
    """Whether documentation cannot be inserted: it belongs in the body, which is not written yet."""
    spec = specs().get(outline.language)
    in_body = spec is not None and spec.docs.placement is DocPlacement.BODY
    return in_body and symbol.body is None and symbol.doc is None


def _crowded(symbol: Symbol, request: Request, outline: Outline) -> bool:
    """Whether documentation cannot be inserted: it is whole lines, and other code stands before the symbol."""
    spec = specs().get(outline.language)
    if spec is None or spec.docs.placement is DocPlacement.BODY or spec.docs.mark is None:
        return False
    return symbol.doc is None and shares_line(symbol, request.document.text)


def _testable(symbol: Symbol) -> bool:
    return symbol.kind.callable or symbol.kind in (SymbolKind.CLASS, SymbolKind.STRUCT)
