"""Converts declaration nodes to symbols: names, headers, bodies, and documentation, whose text it does not judge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from routerd.adapters.grammar import effort
from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.position import Position, Range
from routerd.domain.symbol import Symbol, SymbolKind
from routerd.languages.node import Declared, Node
from routerd.languages.patterns import compiled

_STRINGS = ("string", "concatenated_string")
_NO_METHODS = (SymbolKind.FUNCTION, SymbolKind.METHOD, SymbolKind.TYPE)
_TRAILING = ("end", ",")
_ATTRIBUTE_MARKS = ("@", "#[", "[")
_MOST_ATTRIBUTE_LINES = 8
_MOST_NESTED = 64
"""The deepest nesting of scopes; deeper declarations belong to the enclosing one, as names repeat all outer names."""


@dataclass(frozen=True, slots=True)
class _Scope:
    """The enclosing scope of a declaration."""

    end: int
    """The byte offset of its end."""
    path: tuple[str, ...] = ()
    kind: SymbolKind = SymbolKind.FUNCTION


def symbols_at(parsed: Parsed, position: Position) -> tuple[Symbol, ...]:
    """The declarations that enclose a position, outermost first."""
    near: Position | Range = position
    if parsed.text.lines[position.line].lstrip().startswith(_ATTRIBUTE_MARKS):
        # A decorator belongs to the declaration below it.
        near = Range(position, Position(min(position.line + _MOST_ATTRIBUTE_LINES, parsed.text.end.line), 0))
    found = symbols(parsed, parsed.captures(parsed.rules.declarations, near).get("def", []))
    return tuple(symbol for symbol in found if position in symbol.whole)


def symbols(parsed: Parsed, nodes: Sequence[Node]) -> tuple[Symbol, ...]:
    """The symbols that nodes declare, in source order, outer before inner."""
    scopes = [_Scope(parsed.tree.root_node.end_byte + 1)]
    found: list[Symbol] = []
    for node in sorted(nodes, key=lambda node: (node.start_byte, -node.end_byte)):
        effort.check()
        while scopes[-1].end <= node.start_byte:
            scopes.pop()
        if len(scopes) > _MOST_NESTED:
            continue
        declared = parsed.rules.declare(node)
        if declared is None:
            continue
        path = (*scopes[-1].path, *declared.path)
        if declared.name is not None and not declared.name.is_missing:
            symbol = _symbol(parsed, node, declared, declared.name, scopes[-1])
            found.append(symbol)
            path = (*path, symbol.name)
        scopes.append(_Scope(node.end_byte, path, declared.kind))
    return tuple(sorted(found, key=lambda symbol: symbol.whole.start))


def _symbol(parsed: Parsed, node: Node, declared: Declared, name: Node, outer: _Scope) -> Symbol:
    container = (*outer.path, *declared.path)
    name_span = parsed.span(name)
    written = parsed.words(name_span)
    header_node, whole_node = _wrapped(parsed, node)
    first = _first_attribute(parsed, whole_node)
    header = _header(parsed, header_node, node, declared.body)
    return Symbol(
        name=written,
        qualname=".".join((*container, written)),
        kind=_kind(parsed, declared, outer),
        whole=Range(parsed.position(first.start_point), parsed.span(whole_node).end),
        header=header,
        name_span=name_span,
        body=_body(parsed, declared.body),
        doc=_doc(parsed, declared, (first, whole_node, header_node)),
        signature=_signature(parsed, header_node, header, written),
        container=".".join(container) or None,
    )


def _body(parsed: Parsed, body: Node | None) -> Range | None:
    """The range of a body; a brace starts a body that has no node of its own (a Go interface's)."""
    if body is None or body.start_byte == body.end_byte:
        return None
    span = parsed.span(body)
    return Range(span.start, parsed.span(body.parent).end) if body.type == "{" and body.parent else span


def _kind(parsed: Parsed, declared: Declared, outer: _Scope) -> SymbolKind:
    """A function in a class is a method; one in a module is a method if the language calls it so."""
    if declared.kind is not SymbolKind.FUNCTION:
        return declared.kind
    if outer.kind is SymbolKind.MODULE and not declared.path:
        return SymbolKind.METHOD if parsed.rules.methods_in_modules else SymbolKind.FUNCTION
    return SymbolKind.METHOD if declared.path or outer.kind not in _NO_METHODS else SymbolKind.FUNCTION


def _wrapped(parsed: Parsed, node: Node) -> tuple[Node, Node]:
    """The node in which the header begins, and the node of the whole declaration."""
    wrappers = parsed.rules.wrappers
    header = whole = node
    while (parent := whole.parent) is not None and parent.type in wrappers:
        children = parent.children
        one_of_several = sum(child.type == whole.type for child in children) > 1
        if one_of_several or any(child.type == "(" for child in children):
            break  # const a = …, b = …; type ( … )
        whole = parent
        if wrappers[parent.type]:
            header = parent
    return header, whole


def _first_attribute(parsed: Parsed, node: Node) -> Node:
    """The first attribute before a node; the node itself if there is none."""
    rules = parsed.rules
    first, before = node, node.prev_sibling if rules.attributes else None
    while before is not None and before.type in (*rules.attributes, *rules.comments):
        if before.type in rules.attributes:
            first = before
        before = before.prev_sibling
    return first


def _header(parsed: Parsed, header_node: Node, node: Node, body: Node | None) -> Range:
    """The header: from the keyword, after any attributes, to the last node before the body."""
    skipped = (*parsed.rules.comments, *parsed.rules.after_signature, ";", "ERROR")
    start = _keyword(header_node, (*parsed.rules.attributes, *parsed.rules.comments)) or header_node
    last = _before(body, skipped) if body is not None else _last_child(node, skipped)
    return Range(parsed.position(start.start_point), parsed.span(last).end)


def _keyword(node: Node, skipped: tuple[str, ...]) -> Node | None:
    """The first child that is no attribute; in Java annotations are among the modifiers."""
    for child in node.children:
        if child.child_count and child.children[0].type in skipped:
            if inner := _keyword(child, skipped):
                return inner
        elif child.type not in skipped:
            return child
    return None


def _before(body: Node, skipped: tuple[str, ...]) -> Node:
    """The node directly before a body, in its parent or an outer node."""
    before = body.prev_sibling
    while before is not None and before.type in skipped:
        before = before.prev_sibling
    if before is not None:
        return before
    return _before(body.parent, skipped) if body.parent is not None else body


def _last_child(node: Node, skipped: tuple[str, ...]) -> Node:
    """The last child of a declaration without a body, excluding its terminator."""
    parts = [child for child in node.children if child.type not in skipped]
    while len(parts) > 1 and parts[-1].type in _TRAILING:
        parts.pop()
    return parts[-1] if parts else node


def _doc(parsed: Parsed, declared: Declared, anchors: tuple[Node, ...]) -> Range | None:
    """The docstring, or the comment above; else a comment between attributes and declaration."""
    if parsed.docstrings:
        statement = docstring(declared.body) if declared.body else None
        return parsed.span(statement) if statement else None
    for position in dict.fromkeys(parsed.position(anchor.start_point) for anchor in anchors):
        if doc := doc_above(parsed, position):
            return doc
    return None


def _signature(parsed: Parsed, header_node: Node, header: Range, name: str) -> str:
    """The header on one line, without comments; a C typedef's name follows its body."""
    written = parsed.words(header)
    if any(mark in written for mark in ("#", "//", "/*")):
        query = f"[{' '.join(f'({kind})' for kind in parsed.rules.comments)}] @comment"
        comments = [parsed.span(node) for node in parsed.captures(query, within=header_node).get("comment", [])]
        pieces, at = [], header.start
        for comment in sorted(comment for comment in comments if header.covers(comment)):
            pieces.append(parsed.text.slice(Range(at, comment.start)))
            at = comment.end
        written = " ".join((*pieces, parsed.text.slice(Range(at, header.end))))
    folded = " ".join(written.split())
    return folded if name in folded else f"{folded} {name}"


def docstring(body: Node) -> Node | None:
    """The docstring statement of a Python body."""
    # One by one, as a body may have thousands of statements.
    children = (body.child(index) for index in range(body.child_count))
    first = next((child for child in children if child and child.is_named and child.type != "comment"), None)
    if first is None or first.type != "expression_statement" or first.named_child_count != 1:
        return None
    string = first.named_children[0]
    # Bytes, f-strings and t-strings are expressions like any other.
    opening = (string.text or b"").partition(b"'")[0].partition(b'"')[0]
    return first if string.type in _STRINGS and not re.search(rb"[bft]", opening, re.IGNORECASE) else None


def doc_above(parsed: Parsed, anchor: Position) -> Range | None:
    """The run of doc comments that ends directly above a position, or directly before it on its line.

    A block comment is a run of its own. Tool directives (``//go:noinline``) may follow the run.
    """
    text = parsed.text
    before = text.lines[anchor.line][: anchor.column]
    if before.strip():
        beside = _comment_at(parsed, Position(anchor.line, len(before.rstrip()) - 1))
        return beside if beside and compiled(parsed.rules.doc).match(text.slice(beside)) else None
    rules = parsed.rules
    doc, directive = compiled(rules.doc), compiled(rules.directive)
    run: Range | None = None
    row = anchor.line - 1
    while row >= 0 and (comment := _comment_on(parsed, row)):
        words = text.slice(comment)
        if directive.match(words):
            if run:
                break
        elif not doc.match(words):
            break
        elif words.startswith(rules.block_marks):
            return run or comment
        else:
            run = Range(comment.start, run.end if run else comment.end)
        row = comment.start.line - 1
    return run


def module_doc(parsed: Parsed, taken: frozenset[Range | None]) -> Range | None:
    """The module's own documentation; ``taken`` are the ranges that belong to symbols."""
    if parsed.docstrings:
        statement = docstring(parsed.tree.root_node)
        return parsed.span(statement) if statement else None
    if parsed.rules.module_clause:
        clauses = parsed.captures(f"({parsed.rules.module_clause}) @clause").get("clause", [])
        return doc_above(parsed, parsed.position(clauses[0].start_point)) if clauses else None
    run = _leading_run(parsed)
    return None if run in taken else run


def _leading_run(parsed: Parsed) -> Range | None:
    """The first run of module doc comments; only other comments and attributes may precede it."""
    run: Range | None = None
    for node in parsed.tree.root_node.children:
        if node.type not in parsed.rules.comments:
            if run or node.type not in parsed.rules.before_module_doc:
                break
            continue
        span = parsed.span(node)
        words = parsed.text.slice(span)
        if not compiled(parsed.rules.module_doc).match(words):
            if run:
                break
        elif run is None:
            run = span
        elif span.start.line == run.end.line + 1 and not words.startswith(parsed.rules.block_marks):
            run = Range(run.start, span.end)
        else:
            break
    return run


def _comment_on(parsed: Parsed, row: int) -> Range | None:
    """The comment that ends on a row, if its rows contain nothing else."""
    bare = parsed.text.bare(row)
    code = _unmarked(bare)
    if not code:
        return None
    span = _comment_at(parsed, Position(row, bare.index(code)))
    if span is None or span.end.line != row or bare[span.end.column :].strip():
        return None
    return None if _unmarked(parsed.text.bare(span.start.line)[: span.start.column]) else span


def _unmarked(line: str) -> str:
    """A line without surrounding white space and without a byte order mark."""
    return line.removeprefix("\ufeff").strip()


def _comment_at(parsed: Parsed, position: Position) -> Range | None:
    """The comment that encloses a position, without trailing white space."""
    node = parsed.leaf_at(position)
    while node is not None and node.type not in parsed.rules.comments:
        # Rust's comments have child nodes; no language's comments contain statements.
        node = node.parent if "comment" in node.type or not node.is_named else None
    if node is None:
        return None
    span = parsed.span(node)
    last = parsed.text.bare(span.end.line)[: span.end.column].rstrip()
    return Range(span.start, Position(span.end.line, len(last)))
