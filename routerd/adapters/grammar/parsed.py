"""A text with its syntax tree: converts bytes to positions and loads grammars.

tree-sitter counts UTF-8 bytes and ends lines at LF only. So a lone CR is passed as an LF and a lone
surrogate as U+FFFD, which have the same lengths, so that its rows are the text's lines.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, cast

from routerd.adapters.grammar import effort
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from routerd.languages import specs
from routerd.languages.node import Node
from routerd.languages.spec import DocPlacement, GrammarRules

if TYPE_CHECKING:
    from tree_sitter import Language, Query, Tree
    from tree_sitter import Node as TreeSitterNode

_PIECE_BYTES = 1_024
"""Bytes of a source read at a time: larger chunks slow down a node's text, smaller ones the parser."""
_DEEPEST = 10_000
"""The depth to which a query searches a tree; it counts depth in 16 bits and takes minutes after an overflow."""
_MOST_SIGNS = 5_000
"""The most brackets and operators in an error node: a query over so many takes 10 ms."""
_MOST_OPEN = 500
"""The most signs in one statement before a grammar's error recovery gets slow: 0.02 s; 20,000 took 40 s."""
_STATEMENT_END = re.compile(rb"[;{}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONE_CR = re.compile(rb"\r(?!\n)")


@cache
def grammar_of(language: str) -> Language:
    """The compiled grammar; imports tree-sitter and the language's wheel on first use."""
    from tree_sitter import Language  # noqa: PLC0415 - lazily: an editor session meets few languages

    rules = specs()[language].grammar
    return Language(getattr(importlib.import_module(rules.package), rules.entry)())


@cache
def query_of(language: str, source: str) -> Query:
    """A compiled query; compiling takes milliseconds."""
    from tree_sitter import Query  # noqa: PLC0415 - as above

    return Query(grammar_of(language), source)


def parse(code: bytes, language: str) -> Tree:
    """Parses a UTF-8 source that may contain lone surrogates and lone CRs. Raises TooHardError."""
    from tree_sitter import Parser  # noqa: PLC0415 - as above

    rules = specs()[language].grammar
    source = _LONE_CR.sub(b"\n", code)
    if rules.disguise is not None:
        source = rules.disguise(source)
    if rules.slow_after and any(part.count(rules.slow_after) > _MOST_OPEN for part in _STATEMENT_END.split(source)):
        raise effort.TooHardError
    effort.grant(len(source))
    try:
        # Read in chunks, as the parser only checks for cancellation between them; it holds the GIL meanwhile.
        tree = Parser(grammar_of(language)).parse(
            lambda start, _: source[start : start + _PIECE_BYTES], progress_callback=lambda *_: effort.over()
        )
    except ValueError:
        effort.check()
        raise
    _refuse_long_runs(tree)
    return tree


def _refuse_long_runs(tree: Tree) -> None:
    """Raises TooHardError for a node with so many signs in a row that queries, which cannot be cancelled, never end.

    tree-sitter searches for the next name after each sign again. (Its binding's callback for queries crashes in 0.26.)
    """
    broken = [tree.root_node] if tree.root_node.has_error else []
    while broken:
        effort.check()
        node = broken.pop()
        if node.child_count - node.named_child_count > _MOST_SIGNS:
            raise effort.TooHardError
        broken += [child for child in node.children if child.has_error]


def utf8(string: str) -> bytes:
    """A string as tree-sitter can read it."""
    try:
        return string.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", string).encode()


@dataclass(frozen=True, slots=True)
class Parsed:
    """A text with its tree; converts between the tree's points and the text's positions."""

    text: Text
    language: str
    tree: Tree
    rows: Sequence[str]
    """The text's lines as a plain list, as every position of a node is looked up in it."""
    rules: GrammarRules
    docstrings: bool
    """Whether documentation is the first statement of a body, not a comment."""

    @classmethod
    def of(cls, text: Text, language: str) -> Parsed:
        """Parses a text. Raises TooHardError, as every method that uses the tree does."""
        spec = specs()[language]
        tree = parse(utf8(text.string), language)
        return cls(text, language, tree, list(text.lines), spec.grammar, spec.docs.placement is DocPlacement.BODY)

    def captures(
        self, query: str, near: Position | Range | None = None, within: Node | None = None
    ) -> Mapping[str, Sequence[Node]]:
        """The nodes that each capture of a query finds, unordered; ``near`` restricts it to a position or range."""
        from tree_sitter import QueryCursor  # noqa: PLC0415 - as above

        cursor = QueryCursor(query_of(self.language, query))
        cursor.set_max_start_depth(_DEEPEST)
        if near is not None:
            start, end = (near, near) if isinstance(near, Position) else (near.start, near.end)
            # A cursor after the last letter of a name belongs to the name: search one byte more on either side.
            row, byte = self.point(start)
            end_row, end_byte = self.point(end)
            cursor.set_point_range((row, max(byte - 1, 0)), (end_row, end_byte + 1))
        return cursor.captures(self.tree.root_node if within is None else cast("TreeSitterNode", within))

    def point(self, position: Position) -> tuple[int, int]:
        """Converts a position to a point of the tree."""
        return position.line, len(utf8(self.rows[position.line][: position.column]))

    def position(self, point: tuple[int, int]) -> Position:
        """Converts a point of the tree to a position; a point inside a line end moves before it."""
        row, byte = point
        if row >= len(self.rows):
            return self.text.end
        line = self.rows[row]
        if line.isascii() and byte < len(line) - 1:
            return Position(row, byte)
        column = len(utf8(line)[:byte].decode("utf-8", "ignore"))
        return Position(row, min(column, len(line.rstrip("\r\n"))))

    def span(self, node: Node) -> Range:
        """The range of a node, without a trailing line end."""
        effort.check()
        (row, byte), (end_row, end_byte) = node.start_point, node.end_point
        if row == end_row < len(self.rows) and end_byte < len(line := self.rows[row]) - 1 and line.isascii():
            return Range(Position(row, byte), Position(row, end_byte))  # most are names and headers
        start, end = self.position(node.start_point), self.position(node.end_point)
        if end.column == 0 and end.line > start.line:
            end = Position(end.line - 1, len(self.rows[end.line - 1].rstrip("\r\n")))
        return Range(start, end)

    def words(self, span: Range) -> str:
        """The text of a range; most are names, which stand before their line's end."""
        first, last = span.start, span.end
        if first.line == last.line and last.column <= len(line := self.rows[first.line]) - 2:
            return line[first.column : last.column]
        return self.text.slice(span)

    def leaf_at(self, position: Position) -> Node | None:
        """The smallest node that contains the character at a position."""
        point = self.point(position)
        return self.tree.root_node.descendant_for_point_range(point, point)

    def faults(self) -> tuple[Range, ...]:
        """Where the parser skipped or inserted something, outermost only."""
        faults: list[Range] = []
        ahead = [self.tree.root_node]
        while ahead:
            node = ahead.pop()
            if not node.has_error:
                continue
            if not (node.is_error or node.is_missing):
                ahead += reversed(node.children)
                continue
            span = self.span(node)
            if not (faults and faults[-1].covers(span)):
                faults.append(span)
        return tuple(faults)
