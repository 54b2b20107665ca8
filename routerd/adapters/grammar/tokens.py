"""The code of a text without comments and documentation, as tokens that tell its structure as well.

Each part of the tree opens with its type and closes again, so indentation (Python), line ends that end a
statement (Go, JavaScript, Ruby) and spaces that change a meaning (Ruby's ``f [1]``) all show in the tokens:
they show in the tree. Strings are single tokens, white space and all; white space elsewhere is nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from routerd.adapters.grammar import effort
from routerd.adapters.grammar.documentation import docstring
from routerd.adapters.grammar.parsed import Parsed, parse, utf8
from routerd.adapters.grammar.rules import Rules
from routerd.domain.text import Text

if TYPE_CHECKING:
    from tree_sitter import Node, TreeCursor

_WHOLE = re.compile(
    r"(?!concatenated_|string_start|preproc_).*(?:string|char|regex|heredoc|jsx_|subshell|symbol|template_literal)"
)
"""Types of nodes in which white space is text."""
_NOT_LINE_END = re.compile(rb"[^\r\n]")
_CLOSE = "\0"


def code_tokens(text: str, language: str) -> tuple[str, ...]:
    """Tokens of the code alone: equal for two texts that parse means the same program.

    A body that is nothing but a docstring is the same as ``pass``; comments that are orders to a tool are
    code. Where the text does not parse, the lines concerned are tokens as they stand.
    """
    parsed = Parsed.of(Text(text), language)
    code = bytearray(text.encode("utf-8", "surrogatepass"))
    kinds = " ".join(f"({kind})" for kind in parsed.rules.comments)
    for comment in parsed.captures(f"[{kinds}] @comment").get("comment", []):
        span = slice(comment.start_byte, comment.end_byte)
        if not parsed.rules.directive.match(code[span].decode("utf-8", "replace")):
            code[span] = _NOT_LINE_END.sub(b" ", code[span])
    if parsed.rules.docstrings:
        for statement, alone in _docstrings(parsed):
            _blank(code, statement, alone)
    stripped = bytes(code)
    return _tokens(stripped, parse(utf8(stripped.decode("utf-8", "surrogatepass")), language).walk(), parsed.rules)


def _docstrings(parsed: Parsed) -> list[tuple[Node, bool]]:
    """Each docstring from the last to the first, and whether its body holds nothing else."""
    nodes = parsed.captures(parsed.rules.declarations).get("def", [])
    bodies = [body for node in nodes if (body := node.child_by_field_name("body"))]
    found = [
        (statement, body.type == "block" and _only(body))
        for body in (parsed.root, *bodies)
        if (statement := docstring(body))
    ]
    return sorted(found, key=lambda pair: -pair[0].start_byte)


def _only(body: Node) -> bool:
    return sum(child.type != "comment" for child in body.named_children) == 1


def _blank(code: bytearray, statement: Node, alone: bool) -> None:
    """Take a docstring out, with the semicolon behind it; from the last on, as the length may change."""
    end = statement.end_byte
    behind = statement.next_sibling
    if behind is not None and behind.type == ";" and not alone:
        end = behind.end_byte
    gone = _NOT_LINE_END.sub(b" ", bytes(code[statement.start_byte : end]))
    code[statement.start_byte : end] = (b"pass" + gone) if alone else gone


def _tokens(code: bytes, cursor: TreeCursor, rules: Rules) -> tuple[str, ...]:
    """Walk the tree without recursion: a chain of ten thousand ``+`` is as many levels deep."""
    tokens: list[str] = []
    done = 0  # bytes that are in the tokens; anything but white space that no leaf covers is a token too
    while True:
        effort.check()
        node = cursor.node
        assert node is not None, "a cursor always has a node"
        start, end, kind = node.start_byte, node.end_byte, node.type
        if node.is_missing:
            tokens.append(f"{_CLOSE}missing {kind}")
        elif node.is_error:
            tokens += (line.strip() for line in _text(code[start:end], rules).split("\n") if line.strip())
        whole = node.is_named and _WHOLE.match(kind) is not None
        if not whole and cursor.goto_first_child():
            tokens.append(kind)
            if kind.startswith("preproc_"):  # a directive ends with its line, which its tree does not tell
                tokens.append(_text(code[start:end].partition(b"\n")[0].strip(), rules))
            continue
        if start > done and (gap := code[done:start].strip()):
            tokens.append(_text(gap, rules))
        if end > start:
            tokens.append(_text(code[start:end], rules))
        done = max(done, end)
        while not cursor.goto_next_sibling():
            if not cursor.goto_parent():
                tokens.append(_text(code[done:].strip(), rules))
                return tuple(tokens)
            tokens.append(_CLOSE)


def _text(code: bytes, rules: Rules) -> str:
    # A comment or directive to the end of its line holds the CR of its CRLF.
    text = code.decode("utf-8", "surrogatepass").removesuffix("\r")
    return text if rules.keeps_crlf else text.replace("\r\n", "\n")
