"""The tokens of the code without comments and documentation; they include its structure.

Each part of the tree opens with its type and closes again, so indentation (Python), line ends that end a
statement (Go, JavaScript, Ruby) and spaces that change a meaning (Ruby's ``f [1]``) all show in the tokens:
they show in the tree. A string is a single token with its white space; other white space is ignored.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from routerd.adapters.grammar import effort
from routerd.adapters.grammar.declarations import docstring
from routerd.adapters.grammar.parsed import Parsed, parse, utf8
from routerd.languages.node import Node
from routerd.languages.patterns import compiled
from routerd.languages.spec import GrammarRules

if TYPE_CHECKING:
    from tree_sitter import Node as TreeNode
    from tree_sitter import TreeCursor

_NOT_LINE_END = re.compile(rb"[^\r\n]")
_CLOSE = "\0"
_Part = tuple[bytes, bytes, str]
"""The bytes before a node, its own bytes, and its tree."""


@dataclass(frozen=True, slots=True)
class _Code:
    """A text without comments and documentation, and its tree."""

    code: bytes
    root: TreeNode
    rules: GrammarRules

    @classmethod
    def of(cls, parsed: Parsed) -> _Code:
        """Comments are blanked out, so that line numbers stay the same; tool directives in comments are code."""
        code = bytearray(parsed.text.string.encode("utf-8", "surrogatepass"))
        directive = compiled(parsed.rules.directive)
        kinds = " ".join(f"({kind})" for kind in parsed.rules.comments)
        for comment in parsed.captures(f"[{kinds}] @comment").get("comment", []):
            span = slice(comment.start_byte, comment.end_byte)
            if not directive.match(code[span].decode("utf-8", "replace")):
                code[span] = _NOT_LINE_END.sub(b" ", code[span])
        if parsed.docstrings:
            for statement, alone in _docstrings(parsed):
                _blank(code, statement, alone)
        stripped = bytes(code)
        tree = parse(utf8(stripped.decode("utf-8", "surrogatepass")), parsed.language)
        return cls(stripped, tree.root_node, parsed.rules)

    def tokens(self, nodes: Sequence[TreeNode], done: int, end: int) -> tuple[str, ...]:
        """The tokens of siblings, and of the bytes before, between and after them that no node covers."""
        tokens: list[str] = []
        for node in nodes:
            more, done = _tokens(self.code, node.walk(), self.rules, done)
            tokens += (*more, _CLOSE)
        return (*tokens, _text(self.code[done:end].strip(), self.rules))

    def opens(self, node: TreeNode) -> bool:
        """Whether a node's tokens are its type and then those of its children."""
        special = node.is_error or node.is_missing or node.type.startswith("preproc_")
        return (
            bool(node.child_count)
            and not special
            and not (node.is_named and compiled(self.rules.verbatim).match(node.type))
        )

    def gap(self, done: int, node: TreeNode) -> bytes:
        """What stands before a node in no other."""
        return self.code[done : node.start_byte].strip()

    def parts(self, nodes: Sequence[TreeNode], done: int) -> list[_Part]:
        """The parts of siblings that determine their tokens."""
        ends = [done, *(node.end_byte for node in nodes)]
        return [
            (self.gap(before, node), self.code[node.start_byte : node.end_byte], str(node))
            for before, node in zip(ends, nodes, strict=False)
        ]


def code_tokens(parsed: Parsed) -> tuple[str, ...]:
    """The tokens of the code: equal tokens of two texts that parse mean the same program.

    A body that contains only a docstring equals ``pass``. Where the text does not parse, each line is a token.
    """
    code = _Code.of(parsed)
    return code.tokens((code.root,), 0, len(code.code))


def same_code(before: Parsed, after: Parsed) -> bool:
    """Whether the tokens of two texts of one language are equal, at the cost of what differs.

    Parts with the same source and the same tree have the same tokens. So of siblings only those between the
    first and the last that differ are looked at, and where that is one of each, only what differs inside of it.
    """
    one, other = _Code.of(before), _Code.of(after)
    old, new = [one.root], [other.root]
    done, end = (0, 0), (len(one.code), len(other.code))
    while len(old) == len(new) == 1 and one.opens(old[0]) and other.opens(new[0]) and old[0].type == new[0].type:
        if one.gap(done[0], old[0]) != other.gap(done[1], new[0]):
            return False
        done, end = (old[0].start_byte, new[0].start_byte), (old[0].end_byte, new[0].end_byte)
        old, new = old[0].children, new[0].children
        mine, theirs = one.parts(old, done[0]), other.parts(new, done[1])
        head = _agreeing(mine, theirs)
        tail = _agreeing(mine[head:][::-1], theirs[head:][::-1])
        if head:
            done = old[head - 1].end_byte, new[head - 1].end_byte
        if tail:
            end = old[-tail].start_byte, new[-tail].start_byte
        old, new = old[head : len(old) - tail], new[head : len(new) - tail]
    return one.tokens(old, done[0], end[0]) == other.tokens(new, done[1], end[1])


def _agreeing(mine: list[_Part], theirs: list[_Part]) -> int:
    """The length of the common prefix."""
    pairs = zip(mine, theirs, strict=False)
    return next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(mine), len(theirs)))


def _docstrings(parsed: Parsed) -> list[tuple[Node, bool]]:
    """Each docstring, last first, and whether its body contains nothing else."""
    nodes = parsed.captures(parsed.rules.declarations).get("def", [])
    bodies = [body for node in nodes if (body := node.child_by_field_name("body"))]
    found = [
        (statement, body.type == "block" and _only(body))
        for body in (parsed.tree.root_node, *bodies)
        if (statement := docstring(body))
    ]
    return sorted(found, key=lambda pair: -pair[0].start_byte)


def _only(body: Node) -> bool:
    return sum(child.type != "comment" for child in body.named_children) == 1


def _blank(code: bytearray, statement: Node, alone: bool) -> None:
    """Removes a docstring with a following semicolon; called last first, as the length may change."""
    end = statement.end_byte
    behind = statement.next_sibling
    if behind is not None and behind.type == ";" and not alone:
        end = behind.end_byte
    gone = _NOT_LINE_END.sub(b" ", bytes(code[statement.start_byte : end]))
    code[statement.start_byte : end] = (b"pass" + gone) if alone else gone


def _tokens(code: bytes, cursor: TreeCursor, rules: GrammarRules, done: int) -> tuple[list[str], int]:
    """The tokens below a cursor, and up to where they reach; ``done`` bytes of the code are in others already.

    Not recursive: a chain of ten thousand ``+`` is as many levels deep.
    """
    verbatim = compiled(rules.verbatim)
    tokens: list[str] = []
    while True:
        effort.check()
        node = cursor.node
        assert node is not None, "a cursor always has a node"
        start, end, kind = node.start_byte, node.end_byte, node.type
        if node.is_missing:
            tokens.append(f"{_CLOSE}missing {kind}")
        elif node.is_error:
            tokens += (line.strip() for line in _text(code[start:end], rules).split("\n") if line.strip())
        whole = node.is_named and verbatim.match(kind) is not None
        if not whole and cursor.goto_first_child():
            tokens.append(kind)
            if kind.startswith("preproc_"):  # a directive ends with its line, which is not in its tree
                tokens.append(_text(code[start:end].partition(b"\n")[0].strip(), rules))
            continue
        # Anything but white space that no leaf covers is a token too.
        if start > done and (gap := code[done:start].strip()):
            tokens.append(_text(gap, rules))
        if end > start:
            tokens.append(_text(code[start:end], rules))
        done = max(done, end)
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                return tokens, done
            tokens.append(_CLOSE)


def _text(code: bytes, rules: GrammarRules) -> str:
    # A comment or directive to the end of its line holds the CR of its CRLF.
    text = code.decode("utf-8", "surrogatepass").removesuffix("\r")
    return text if rules.keeps_crlf else text.replace("\r\n", "\n")
