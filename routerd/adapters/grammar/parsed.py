"""A text with its syntax tree: where bytes become places, and the one place where a grammar is loaded.

tree-sitter counts UTF-8 bytes and ends lines at LF only. So a lone CR is shown to it as an LF and a lone
surrogate as U+FFFD: both are as long as what they stand for, and its rows are the text's lines.
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
from routerd.languages.spec import DocPlacement, GrammarRules, LanguageSpec

if TYPE_CHECKING:
    from tree_sitter import Language, Query, Tree
    from tree_sitter import Node as TreeSitterNode

_PIECE_BYTES = 1_024
"""Of a source, read at a time: larger ones make the text of a node slow, smaller ones the parser."""
_DEEPEST = 10_000
"""Levels of a tree in which a query looks; it counts them in 16 bits, and takes minutes where those overflow."""
_MOST_SIGNS = 5_000
"""Brackets and operators that a node may hold where the source does not parse: a query takes 10 ms for so many."""
_MOST_OPEN = 500
"""Signs in one statement after which a grammar's recovery is slow; so many take 0.02 s, and 20,000 took 40 s."""
_STATEMENT_END = re.compile(rb"[;{}]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONE_CR = re.compile(rb"\r(?!\n)")


@cache
def spec_at_hand(language: str) -> LanguageSpec:
    """The spec of a language that is known to have one; KeyError for any other."""
    return specs()[language]


@cache
def grammar_of(language: str) -> Language:
    """The compiled grammar; imports tree-sitter and the language's wheel the first time."""
    from tree_sitter import Language  # noqa: PLC0415 - lazily: an editor session meets few languages

    rules = spec_at_hand(language).grammar
    return Language(getattr(importlib.import_module(rules.package), rules.entry)())


@cache
def query_of(language: str, source: str) -> Query:
    """A compiled query; compiling costs milliseconds, running it next to nothing."""
    from tree_sitter import Query  # noqa: PLC0415 - as above

    return Query(grammar_of(language), source)


def parse(code: bytes, language: str) -> Tree:
    """The tree of a source in UTF-8 that may hold lone surrogates and lone CRs. Raises TooHardError."""
    from tree_sitter import Parser  # noqa: PLC0415 - as above

    rules = spec_at_hand(language).grammar
    source = rules.disguise(_LONE_CR.sub(b"\n", code))
    if rules.slow_after and any(part.count(rules.slow_after) > _MOST_OPEN for part in _STATEMENT_END.split(source)):
        raise effort.TooHardError
    effort.grant(len(source))
    try:
        # Read piece by piece, as only then the parser asks whether to go on; it holds the GIL in between.
        tree = Parser(grammar_of(language)).parse(
            lambda start, _: source[start : start + _PIECE_BYTES], progress_callback=lambda *_: effort.over()
        )
    except ValueError:
        effort.check()
        raise
    _refuse_long_runs(tree)
    return tree


def _refuse_long_runs(tree: Tree) -> None:
    """Raise TooHardError for a node with so many signs in a row that queries over it, which ask nobody, take for ever.

    tree-sitter looks for the next name behind each sign anew. (Its binding's callback for queries crashes in 0.26.)
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
    """A text, its tree, and the way from the tree's points to the text's places."""

    text: Text
    language: str
    tree: Tree

    @classmethod
    def of(cls, text: Text, language: str) -> Parsed:
        """Parse a text from the beginning. Raises TooHardError, as all that looks at the tree does."""
        return cls(text, language, parse(utf8(text.string), language))

    @property
    def rules(self) -> GrammarRules:
        """The rules of the text's language."""
        return spec_at_hand(self.language).grammar

    @property
    def docstrings(self) -> bool:
        """Whether documentation is the first statement of a body, not a comment."""
        return spec_at_hand(self.language).docs.placement is DocPlacement.BODY

    @property
    def root(self) -> TreeSitterNode:
        """The node of the whole text."""
        return self.tree.root_node

    def captures(
        self, query: str, near: Position | Range | None = None, within: Node | None = None
    ) -> Mapping[str, Sequence[Node]]:
        """The nodes that each capture of a query finds, in no particular order; ``near`` a place or span only."""
        from tree_sitter import QueryCursor  # noqa: PLC0415 - as above

        cursor = QueryCursor(query_of(self.language, query))
        cursor.set_max_start_depth(_DEEPEST)
        if near is not None:
            start, end = (near, near) if isinstance(near, Position) else (near.start, near.end)
            # A cursor behind the last letter of a name is at that name: one byte more on either side.
            row, byte = self.point(start)
            end_row, end_byte = self.point(end)
            cursor.set_point_range((row, max(byte - 1, 0)), (end_row, end_byte + 1))
        return cursor.captures(self.root if within is None else cast("TreeSitterNode", within))

    def point(self, position: Position) -> tuple[int, int]:
        """A place of the text as a point of the tree."""
        return position.line, len(utf8(self.text.lines[position.line][: position.column]))

    def position(self, point: tuple[int, int]) -> Position:
        """A point of the tree as a place; one inside a line end is before it."""
        row, byte = point
        if row >= len(self.text.lines):
            return self.text.end
        line = self.text.lines[row]
        if line.isascii() and byte < len(line) - 1:
            return Position(row, byte)
        column = len(utf8(line)[:byte].decode("utf-8", "ignore"))
        return Position(row, min(column, len(line.rstrip("\r\n"))))

    def span(self, node: Node) -> Range:
        """Where a node stands; a line end at its own end is left out."""
        effort.check()
        start, end = self.position(node.start_point), self.position(node.end_point)
        if end.column == 0 and end.line > start.line:
            end = Position(end.line - 1, len(self.text.bare(end.line - 1)))
        return Range(start, end)

    def leaf_at(self, position: Position) -> Node | None:
        """The smallest node around the character that begins at a place."""
        point = self.point(position)
        return self.root.descendant_for_point_range(point, point)

    def faults(self) -> tuple[Range, ...]:
        """Where the parser skipped or invented something, outermost first, none inside another."""
        faults: list[Range] = []
        ahead = [self.root]
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
