"""Finds the existing documentation of a declaration or module; does not judge its text."""

from __future__ import annotations

import re

from routerd.adapters.grammar.parsed import Parsed
from routerd.domain.position import Position, Range
from routerd.languages.node import Node
from routerd.languages.patterns import compiled

_STRINGS = ("string", "concatenated_string")


def docstring(body: Node) -> Node | None:
    """The docstring statement of a Python body."""
    first = next((child for child in body.named_children if child.type != "comment"), None)
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
        statement = docstring(parsed.root)
        return parsed.span(statement) if statement else None
    if parsed.rules.module_clause:
        clauses = parsed.captures(f"({parsed.rules.module_clause}) @clause").get("clause", [])
        return doc_above(parsed, parsed.position(clauses[0].start_point)) if clauses else None
    run = _leading_run(parsed)
    return None if run in taken else run


def _leading_run(parsed: Parsed) -> Range | None:
    """The first run of module doc comments; only other comments and attributes may precede it."""
    run: Range | None = None
    for node in parsed.root.children:
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
