"""What a file declares: symbols with their spans, imports, and where it does not parse."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from routerd.domain.position import Position, Range


class SymbolKind(StrEnum):
    """What was declared, in the word that a person would use for it."""

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
        """Whether it can be called, and so tested by itself."""
        return self in (SymbolKind.FUNCTION, SymbolKind.METHOD)


@dataclass(frozen=True, slots=True)
class Symbol:
    """One declaration. ``whole`` holds decorators, header and body; documentation may stand outside it."""

    name: str
    qualname: str
    """Dotted path from the module: ``Class.method``; functions inside functions are ``outer.inner``."""
    kind: SymbolKind
    whole: Range
    """From the first decorator, attribute or export keyword to the end of the body."""
    header: Range
    """From the keyword (``def``, ``class``, ``func``) to the end of the signature, the body left out."""
    name_span: Range
    body: Range | None
    doc: Range | None
    """The existing docstring or doc comment, delimiters included; ``None`` where there is none."""
    signature: str
    """The header on one line, white space folded, without the body: what another file needs to know."""
    container: str | None = None
    """``qualname`` of the enclosing symbol."""

    @property
    def rows(self) -> tuple[int, int]:
        """Its first and last line, the documentation above it included."""
        first = min(self.whole.start, self.doc.start) if self.doc else self.whole.start
        return first.line, self.whole.end.line

    def mapped(self, span: Callable[[Range], Range]) -> Symbol:
        """The same symbol where a function puts each of its spans."""
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
    """The declarations of one file, in the order in which they begin; an outer symbol before its inner ones."""

    language: str
    symbols: tuple[Symbol, ...] = ()
    imports: tuple[Import, ...] = ()
    faults: tuple[Range, ...] = ()
    """Where the parser had to skip or invent something: empty for a file that parses."""
    doc: Range | None = None
    """The module's own documentation."""
    by_qualname: dict[str, list[Symbol]] = field(default_factory=dict, compare=False, repr=False)
    """All that bear a name, in order: a function may be defined twice, in two branches or as overloads."""

    def __post_init__(self) -> None:
        for symbol in self.symbols:
            self.by_qualname.setdefault(symbol.qualname, []).append(symbol)

    def named_at(self, position: Position) -> Symbol | None:
        """The symbol whose declared name stands at a place."""
        return next((s for s in self.symbols if position in s.name_span), None)

    def enclosing(self, position: Position) -> Symbol | None:
        """The innermost symbol around a place."""
        around = [s for s in self.symbols if position in s.whole]
        return max(around, key=lambda s: s.whole.start, default=None)

    def inside(self, span: Range) -> tuple[Symbol, ...]:
        """The symbols that lie wholly in a span."""
        return tuple(s for s in self.symbols if span.covers(s.whole))
