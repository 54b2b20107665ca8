"""The outline of a file: symbols with their ranges, imports and syntax errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from routerd.domain.position import Position, Range


class SymbolKind(StrEnum):
    """The kind of a declaration, worded for display."""

    FUNCTION = "function"
    METHOD = "method"
    CLASS = "class"
    INTERFACE = "interface"
    STRUCT = "struct"
    ENUM = "enum"
    TRAIT = "trait"
    TYPE = "type"
    MODULE = "module"

    @property
    def callable(self) -> bool:
        """Whether it can be called, and thus tested on its own."""
        return self in (SymbolKind.FUNCTION, SymbolKind.METHOD)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One declaration. ``whole`` covers decorators, header and body; documentation may lie outside it."""

    name: str
    qualname: str
    """Dotted path from the module: ``Class.method``; functions inside functions are ``outer.inner``."""
    kind: SymbolKind
    whole: Range
    """From the first decorator, attribute or export keyword to the end of the body."""
    header: Range
    """From the keyword (``def``, ``class``, ``func``) to the end of the signature, without the body."""
    name_span: Range
    body: Range | None
    doc: Range | None
    """The existing docstring or doc comment, delimiters included; ``None`` where there is none."""
    signature: str
    """The header on one line with white space collapsed, without the body."""
    container: str | None = None
    """``qualname`` of the enclosing symbol."""

    @property
    def rows(self) -> tuple[int, int]:
        """Its first and last line, the documentation above it included."""
        first = min(self.whole.start, self.doc.start) if self.doc else self.whole.start
        return first.line, self.whole.end.line

    def mapped(self, span: Callable[[Range], Range]) -> Symbol:
        """The symbol with a function applied to each of its ranges."""
        return replace(
            self,
            whole=span(self.whole),
            header=span(self.header),
            name_span=span(self.name_span),
            body=self.body and span(self.body),
            doc=self.doc and span(self.doc),
        )


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: the module as written and the names it brings into the file."""

    module: str
    names: tuple[str, ...]
    span: Range


@dataclass(frozen=True, slots=True)
class Outline:
    """The declarations of one file in source order; an enclosing symbol precedes its members."""

    language: str
    symbols: tuple[Symbol, ...] = ()
    imports: tuple[Import, ...] = ()
    faults: tuple[Range, ...] = ()
    """Where the parser skipped or inserted something; empty for a file that parses."""
    doc: Range | None = None
    """The module's own documentation."""
    by_qualname: dict[str, list[Symbol]] = field(default_factory=dict, compare=False, repr=False)
    """All symbols of a name, in order: a function may be defined twice, in two branches or as overloads."""

    def __post_init__(self) -> None:
        for symbol in self.symbols:
            self.by_qualname.setdefault(symbol.qualname, []).append(symbol)

    def named_at(self, position: Position) -> Symbol | None:
        """The symbol whose declared name is at a position."""
        return next((s for s in self.symbols if position in s.name_span), None)

    def enclosing(self, position: Position) -> Symbol | None:
        """The innermost symbol that encloses a position."""
        around = [s for s in self.symbols if position in s.whole]
        return max(around, key=lambda s: s.whole.start, default=None)

    def inside(self, span: Range) -> tuple[Symbol, ...]:
        """The symbols that lie entirely within a range."""
        return tuple(s for s in self.symbols if span.covers(s.whole))
