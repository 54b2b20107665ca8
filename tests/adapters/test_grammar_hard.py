"""Sources made to be hard: nested or unclosed a hundred thousand times, none stops the program or whoever waits."""

from __future__ import annotations

import subprocess
import sys
import threading
import time

import pytest

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.text import Text

LANGUAGES = ("python", "javascript", "typescript", "go", "rust", "java", "c", "cpp", "ruby", "csharp")
MANY = 100_000

ASKED = """
import sys
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.domain.document import Document
from routerd.domain.position import Position
from routerd.domain.text import Text

language, opening, closing, many = sys.argv[1:]
source = opening * int(many) + closing * int(many)
grammar, document = TreeSitterGrammar(), Document("file:///x", 1, language, Text(source))
outline = grammar.outline(document)
grammar.around(document, Position(0, len(source) // 2))
assert len(outline.symbols) <= 100
assert grammar.faults(source, language) >= bool(outline.faults)
"""
"""In a process of its own, as no exception can end what is stuck in a parser."""


def asked(language: str, opening: str, closing: str = "", many: int = MANY) -> None:
    command = [sys.executable, "-c", ASKED, language, opening, closing, str(many)]
    subprocess.run(command, check=True, timeout=20)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_hundred_thousand_brackets_that_nobody_closes_are_soon_given_up(language: str) -> None:
    for bracket in "[({":
        asked(language, bracket)


@pytest.mark.parametrize(
    ("language", "opening", "closing"),
    [
        ("c", "(", ")"),
        ("c", "{", "}"),
        ("go", "(", ")"),
        ("java", "class A{", "}"),
        ("ruby", "module A;", " end"),
        ("rust", "mod a{", "}"),
        ("javascript", "`${", "}`"),
        ("javascript", "function f(){", "}"),
        ("typescript", "Array<", ">"),
        ("python", "lambda:", ""),
        ("python", "not ", ""),
        ("go", "[]", ""),
    ],
)
def test_what_is_nested_a_hundred_thousand_times_is_answered(language: str, opening: str, closing: str) -> None:
    asked(language, opening, closing)


@pytest.mark.parametrize("opening", ["a.b<", "<a", "<a=", "<is "])
def test_a_grammar_that_is_quadratic_in_unclosed_type_arguments_is_not_asked(opening: str) -> None:
    asked("csharp", opening, many=20_000)


def test_what_was_given_up_is_one_fault_and_never_the_same_program() -> None:
    grammar, text = TreeSitterGrammar(), Text("[" * MANY)
    document = Document("file:///x.js", 1, "javascript", text)
    outline = grammar.outline(document)
    assert (outline.symbols, outline.faults) == ((), (text.whole,))
    assert grammar.around(document, Position(0, 5)) == ()
    assert grammar.names(document, Range(Position(0, 0), Position(0, 9))) == ()
    assert grammar.faults(text.string, "javascript") == MANY
    assert grammar.code_tokens(text.string, "javascript") != grammar.code_tokens(text.string + "1", "javascript")


def test_a_document_that_was_mended_is_looked_at_again() -> None:
    grammar = TreeSitterGrammar()
    grammar.outline(Document("file:///x.js", 1, "javascript", Text("[" * MANY)))
    fixed = Document("file:///x.js", 2, "javascript", Text("function f() {}"))
    assert [symbol.name for symbol in grammar.around(fixed, Position(0, 10))] == ["f"]
    assert grammar.at_hand(fixed)


def test_whoever_asks_about_another_document_does_not_wait_for_a_hard_one() -> None:
    grammar = TreeSitterGrammar()
    easy = Document("file:///y.py", 1, "python", Text("def f(): pass\n"))
    grammar.outline(easy)
    hard = Document("file:///x.rs", 1, "rust", Text("mod a{" * MANY + "}" * MANY))
    thread = threading.Thread(target=grammar.outline, args=(hard,))
    thread.start()
    longest = 0.0
    while thread.is_alive():
        began = time.monotonic()
        assert [symbol.name for symbol in grammar.around(easy, Position(0, 5))] == ["f"]
        longest = max(longest, time.monotonic() - began)
        time.sleep(0.01)
    assert longest < 0.4, "its parse takes over half a second"
